/** The gallery: example networks with their solvers, put into the editor with one click. */
import { LayoutGrid } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useState } from 'react';
import { Button } from '../look/controls.tsx';
import { useGallery, type GalleryModel } from '../store/gallery.ts';
import { openExample } from './commands/document.ts';

/** The button of the bar and what it opens. */
export function GalleryMenu() {
  const models = useGallery((state) => state.models);
  const [open, setOpen] = useState(false);
  const choose = (model: GalleryModel, form: 'train_test' | 'deploy') => {
    setOpen(false);
    void openExample(model, form);
  };
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button tone="quiet" icon={<LayoutGrid />} className="bar-menu">
          <span className="bar-word">Gallery</span>
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover gallery" sideOffset={8} collisionPadding={8} align="start">
          <h2>Gallery</h2>
          <p className="gallery-note">Opening one replaces both texts; Ctrl+Z brings yours back.</p>
          <ul>
            {models.map((model) => (
              <li key={model.name} className="gallery-model">
                <button type="button" className="gallery-open" onClick={() => choose(model, 'train_test')}>
                  <span className="gallery-title">
                    {model.title}
                    {model.task !== undefined && <span className="gallery-task">{model.task}</span>}
                  </span>
                  <span className="gallery-description">{model.description}</span>
                </button>
                {model.files.deploy !== undefined && (
                  <Button
                    tone="quiet"
                    small
                    aria-label={`Open the deploy form of ${model.title}`}
                    onClick={() => choose(model, 'deploy')}
                  >
                    deploy
                  </Button>
                )}
              </li>
            ))}
          </ul>
          {models.length === 0 && <p className="gallery-note">The list of examples could not be loaded.</p>}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
