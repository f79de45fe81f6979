/** Reads the network out of a weights file: hundreds of megabytes, which are not for the page's thread. */
import { storedNetworkText } from '../caffe/wire/stored-network.ts';
import type { StoredNetworkAnswer, StoredNetworkRequest } from './protocol.ts';
import { serve } from './serve.ts';

serve<StoredNetworkRequest>(async ({ file }): Promise<StoredNetworkAnswer> => ({
  text: await storedNetworkText(file),
}));
