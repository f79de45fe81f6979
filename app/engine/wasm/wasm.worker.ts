/** A thread of the processor engine in a browser. */
import { serveThread } from './thread-loop.ts';
import type { FromThread, ToThread } from './thread-protocol.ts';

serveThread({
  post: (message: FromThread) => {
    self.postMessage(message);
  },
  listen: (handler) => {
    self.onmessage = (event: MessageEvent<ToThread>) => {
      handler(event.data);
    };
  },
});
