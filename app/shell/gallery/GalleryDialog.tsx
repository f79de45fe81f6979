/** The gallery: example networks by task, each opened as a document with one click or key. */
import { Search } from 'lucide-react';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { mainForm, useGallery, type GalleryModel } from '../../store/gallery.ts';
import { openExample } from '../commands/document.ts';
import { closeDialog } from '../dialogs.ts';
import { DialogFrame } from '../palette/DialogFrame.tsx';
import { cardTowards, galleryGroups } from './gallery-list.ts';
import './gallery.css';

type Form = 'train_test' | 'deploy';

/** The gallery, while it is open. */
export function GalleryDialog() {
  const models = useGallery((state) => state.models);
  const [query, setQuery] = useState('');
  const groups = useMemo(() => galleryGroups(models, query), [models, query]);
  const first = groups[0]?.models[0];
  const body = useRef<HTMLDivElement>(null);

  const open = (model: GalleryModel, form: Form) => closeDialog(() => void openExample(model, form));

  const walk = (event: KeyboardEvent): void => {
    if (!event.key.startsWith('Arrow')) return;
    const cards = [...(body.current?.querySelectorAll<HTMLElement>('.gallery-open') ?? [])];
    const at = cards.findIndex((card) => card === document.activeElement);
    const inSearch = at < 0;
    if (inSearch && event.key !== 'ArrowDown') return;
    const places = cards.map((card) => card.getBoundingClientRect());
    cards[inSearch ? 0 : cardTowards(places, at, event.key)]?.focus();
    event.preventDefault();
  };

  return (
    <DialogFrame title="Gallery" className="gallery-dialog">
      {/* The arrow keys lead from card to card. */}
      <div className="gallery" onKeyDown={walk}>
        <label className="gallery-query">
          <Search aria-hidden />
          <input
            type="search"
            aria-label="Search the gallery"
            placeholder={`Search ${models.length} networks`}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && first !== undefined) open(first, mainForm(first));
            }}
          />
        </label>
        <div className="gallery-body" ref={body}>
          {groups.map(({ task, models: members }) => (
            <section key={task} aria-label={task}>
              <h3>{task}</h3>
              <ul>
                {members.map((model) => (
                  <Card key={model.name} model={model} onOpen={(form) => open(model, form)} />
                ))}
              </ul>
            </section>
          ))}
          {groups.length === 0 && (
            <p className="gallery-none">
              {models.length === 0
                ? 'The list of networks could not be loaded: reload the page.'
                : 'No network fits. Search for a name, a task or a data set.'}
            </p>
          )}
        </div>
        <p className="gallery-note">Each opens as a document of its own; what you have stays.</p>
      </div>
    </DialogFrame>
  );
}

function Card({ model, onOpen }: { readonly model: GalleryModel; readonly onOpen: (form: Form) => void }) {
  const { title, description, files, authors, year } = model;
  const main = mainForm(model);
  const source = [authors, year].filter((part) => part !== undefined).join(', ');
  return (
    <li className="gallery-card">
      <button type="button" className="gallery-open" onClick={() => onOpen(main)}>
        {files.thumbnail !== undefined && <img src={`models/${files.thumbnail}`} alt="" loading="lazy" />}
        <span className="gallery-words">
          <span className="gallery-title">{title}</span>
          {source !== '' && <span className="gallery-source">{source}</span>}
          <span className="gallery-description">{description}</span>
        </span>
      </button>
      {main === 'train_test' && files.deploy !== undefined ? (
        <button
          type="button"
          className="gallery-deploy"
          aria-label={`Open the deploy form of ${title}`}
          onClick={() => onOpen('deploy')}
        >
          deploy
        </button>
      ) : (
        main === 'deploy' && <span className="gallery-deploy is-only">deploy</span>
      )}
    </li>
  );
}
