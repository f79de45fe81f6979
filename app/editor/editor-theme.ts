/** Monaco's colours, read from the properties of the page's look for the theme in use. */
import { monaco } from './monaco.ts';

const pixel = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });

/** A property's colour as `#rrggbb` or `#rrggbbaa`, the only forms Monaco takes; the built style sheet has shorter ones. */
function colour(style: CSSStyleDeclaration, property: string): string {
  if (pixel === null) throw new Error('This browser draws no canvas.');
  pixel.clearRect(0, 0, 1, 1);
  pixel.fillStyle = style.getPropertyValue(property).trim();
  pixel.fillRect(0, 0, 1, 1);
  const parts = [...pixel.getImageData(0, 0, 1, 1).data].map((part) => part.toString(16).padStart(2, '0'));
  return `#${parts.slice(0, parts[3] === 'ff' ? 3 : 4).join('')}`;
}

/** Defines and uses the theme that matches the page's. Call it after the page's own has changed. */
export function applyEditorColours(theme: 'light' | 'dark'): void {
  const style = getComputedStyle(document.documentElement);
  const of = (property: string): string => colour(style, property);
  const ink = (token: string, property: string, fontStyle?: string): monaco.editor.ITokenThemeRule => ({
    token,
    foreground: of(property).slice(1, 7),
    ...(fontStyle === undefined ? {} : { fontStyle }),
  });
  monaco.editor.defineTheme('crema', {
    base: theme === 'light' ? 'vs' : 'vs-dark',
    inherit: true,
    rules: [
      ink('', '--text'),
      ink('field', '--syntax-field'),
      ink('string', '--syntax-string'),
      ink('string.invalid', '--danger'),
      ink('number', '--syntax-number'),
      ink('enum', '--syntax-enum'),
      ink('comment', '--syntax-comment', 'italic'),
      ink('delimiter', '--text-muted'),
      ink('delimiter.bracket', '--text'),
      ink('invalid', '--danger'),
    ],
    colors: {
      'editor.background': of('--panel'),
      'editor.foreground': of('--text'),
      'editorLineNumber.foreground': of('--text-faint'),
      'editorLineNumber.activeForeground': of('--text'),
      'editorCursor.foreground': of('--text'),
      'editor.selectionBackground': `${of('--accent')}38`,
      'editor.inactiveSelectionBackground': `${of('--accent')}1c`,
      'editor.lineHighlightBorder': '#00000000',
      'editorBracketMatch.background': `${of('--accent')}22`,
      'editorBracketMatch.border': of('--accent-border'),
      'editorInlayHint.background': of('--sunken'),
      'editorInlayHint.foreground': of('--text-faint'),
      'editorError.foreground': of('--danger'),
      'editorWarning.foreground': of('--warning'),
      'editorInfo.foreground': of('--family-data'),
      'editorWidget.background': of('--raised'),
      'editorWidget.border': of('--border'),
      'editorWidget.foreground': of('--text'),
      'editorHoverWidget.background': of('--raised'),
      'editorHoverWidget.border': of('--border'),
      'editorSuggestWidget.background': of('--raised'),
      'editorSuggestWidget.border': of('--border'),
      'editorSuggestWidget.selectedBackground': of('--accent-soft'),
      'editorSuggestWidget.selectedForeground': of('--text'),
      'editorSuggestWidget.highlightForeground': of('--accent-text'),
      'editorSuggestWidget.focusHighlightForeground': of('--accent-text'),
      'editor.findMatchBackground': `${of('--warning')}55`,
      'editor.findMatchHighlightBackground': `${of('--warning')}2a`,
      'editorGutter.foldingControlForeground': of('--text-faint'),
      'editorIndentGuide.background1': of('--hairline'),
      'editorIndentGuide.activeBackground1': of('--border'),
      'editorOverviewRuler.border': '#00000000',
      'scrollbar.shadow': '#00000000',
      'scrollbarSlider.background': `${of('--border-strong')}40`,
      'scrollbarSlider.hoverBackground': `${of('--border-strong')}70`,
      'scrollbarSlider.activeBackground': `${of('--border-strong')}90`,
      'input.background': of('--sunken'),
      'input.border': of('--border'),
      'input.foreground': of('--text'),
      'inputOption.activeBorder': of('--accent-border'),
      focusBorder: of('--focus'),
      'widget.shadow': '#00000014',
    },
  });
  monaco.editor.setTheme('crema');
}
