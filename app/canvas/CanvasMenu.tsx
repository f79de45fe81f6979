/** The context menu of the canvas: what can be done with the node, the edge or the empty place it is opened on. */
import { ContextMenu } from 'radix-ui';
import { useState } from 'react';
import type { MouseEvent as ReactMouseEvent, ReactElement, RefObject } from 'react';
import { runCommand, useCommands, type Command } from '../store/commands.ts';
import { strokeLabel } from '../store/key-strokes.ts';
import { isSelected, select, selectEdge } from './selection.ts';
import { useWiring } from './wiring-state.ts';

export type MenuPlace = 'node' | 'edge' | 'canvas';

/** Commands by place, in groups; those that no view has registered or that cannot be done now are left out. */
const ITEMS: Readonly<Record<MenuPlace, readonly (readonly string[])[]>> = {
  node: [
    ['graph.rename', 'graph.reveal', 'graph.card'],
    ['graph.add', 'graph.connect', 'graph.read-from', 'graph.disconnect'],
    ['graph.cut', 'graph.copy', 'graph.paste', 'graph.duplicate'],
    ['graph.only-train', 'graph.only-test', 'graph.both-phases', 'graph.in-place'],
    ['graph.zoom-selection', 'graph.collapse', 'graph.expand', 'graph.unfold'],
    ['graph.delete', 'graph.delete-open'],
  ],
  edge: [['graph.connect', 'graph.delete']],
  canvas: [
    ['graph.add', 'graph.paste', 'graph.select-all'],
    ['edit.undo', 'edit.redo'],
    ['graph.fit', 'graph.actual-size', 'graph.find', 'view.palette'],
  ],
};

/** Words that are plainer at an edge than those of the command. */
const AT_EDGE: Readonly<Record<string, string>> = {
  'graph.connect': 'Read another layer instead…',
  'graph.delete': 'Disconnect',
};

interface Props {
  readonly pane: RefObject<HTMLElement | null>;
  /** What lies under client coordinates: selects it and says what it is. */
  readonly placeOf: (event: ReactMouseEvent) => MenuPlace;
  readonly children: ReactElement;
}

export function CanvasMenu({ pane, placeOf, children }: Props) {
  const [place, setPlace] = useState<MenuPlace>('canvas');
  const commands = useCommands((state) => state.commands);
  const groups = ITEMS[place]
    .map((ids) =>
      ids.flatMap((id) => commands.find((command) => command.id === id && command.unavailable?.() === undefined) ?? []),
    )
    .filter((group) => group.length > 0);
  return (
    <ContextMenu.Root modal={false}>
      <ContextMenu.Trigger
        asChild
        onContextMenu={(event) => {
          setPlace(placeOf(event));
        }}
      >
        {children}
      </ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content
          className="popover menu canvas-menu"
          collisionPadding={8}
          aria-label={place === 'node' ? 'Layer' : place === 'edge' ? 'Connection' : 'Graph'}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            // What a command opened has taken the keyboard already.
            if (document.activeElement === document.body) pane.current?.focus({ preventScroll: true });
          }}
        >
          {groups.map((group, i) => (
            <ContextMenu.Group key={group[0]?.id}>
              {i > 0 && <ContextMenu.Separator className="menu-line" />}
              {group.map((command) => (
                <Item
                  key={command.id}
                  command={command}
                  title={(place === 'edge' ? AT_EDGE[command.id] : undefined) ?? command.title}
                />
              ))}
            </ContextMenu.Group>
          ))}
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}

function Item({ command, title }: { readonly command: Command; readonly title: string }) {
  const [key] = command.keys ?? [];
  return (
    <ContextMenu.Item
      className="menu-item"
      // After the menu has closed and given the keyboard back.
      onSelect={() => setTimeout(() => runCommand(command), 0)}
    >
      <span className="menu-title">{title}</span>
      {key !== undefined && <span className="menu-what">{strokeLabel(key)}</span>}
    </ContextMenu.Item>
  );
}

/** Selects what the menu is opened on; a node that is selected already stays with the others that are. */
export function selectForMenu(node: string | undefined, edge: string | undefined): MenuPlace {
  if (node !== undefined) {
    if (!isSelected(node)) select([node]);
    return 'node';
  }
  if (edge !== undefined) {
    selectEdge(edge);
    return 'edge';
  }
  useWiring.setState({ edge: undefined });
  return 'canvas';
}
