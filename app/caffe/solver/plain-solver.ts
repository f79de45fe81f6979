/** A solver for a network of which nothing is known: what a new document begins with. */

/**
 * Adam, whose steps do not depend on the scale of the images or of the loss, so that a net put together by hand learns
 * without a search for its learning rate. It tests as it goes, on the images of twenty batches.
 */
export const PLAIN_SOLVER = `type: "Adam"
base_lr: 0.001
lr_policy: "fixed"
momentum: 0.9
max_iter: 2000
test_iter: 20
test_interval: 200
display: 20
`;
