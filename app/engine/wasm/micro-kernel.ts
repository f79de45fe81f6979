/**
 * The innermost product: a tile of 4 rows by 8 columns kept in registers while k runs. A panel of `a` holds 4 values for
 * each k, one of `b` 8; the tile is 4 rows of 8, side by side in memory. With 8 accumulators, 2 vectors of b and one of
 * a, all of it fits in 16 vector registers.
 */
import type { FunctionBuilder, Signature } from './module-builder.ts';

export const TILE_ROWS = 4;
export const TILE_COLUMNS = 8;
/** Bytes of a tile. */
export const TILE_BYTES = TILE_ROWS * TILE_COLUMNS * 4;
/** Bytes of a panel for each k. */
export const A_BYTES = TILE_ROWS * 4;
export const B_BYTES = TILE_COLUMNS * 4;

/**
 * Steps of k in a turn of the loop. Where multiply-add is one instruction, four keep the processor busiest; where it is
 * two, older V8 (Node 20) then runs out of registers and is 40% slower.
 */
const unrollOf = (relaxed: boolean): number => (relaxed ? 4 : 1);

/** Parameters: panel of a, panel of b, tile, number of k (≥ 1), whether to start from zero. */
export const MICRO_SIGNATURE: Signature = { params: ['i32', 'i32', 'i32', 'i32', 'i32'], results: [] };

export function writeMicroKernel(builder: FunctionBuilder, relaxed: boolean): void {
  const { code } = builder;
  const [a, b, tile, count, first] = [0, 1, 2, 3, 4];
  const sums = Array.from({ length: TILE_ROWS * 2 }, () => builder.local('v128'));
  const [b0, b1, spread, rest] = [
    builder.local('v128'),
    builder.local('v128'),
    builder.local('v128'),
    builder.local('i32'),
  ];
  code.get(first).if();
  for (const sum of sums) code.v128([0, 0, 0, 0]).set(sum);
  code.else();
  sums.forEach((sum, i) => {
    code
      .get(tile)
      .memory('v128.load', i * 16)
      .set(sum);
  });
  code.end();

  const step = (k: number): void => {
    code
      .get(b)
      .memory('v128.load', k * B_BYTES)
      .set(b0);
    code
      .get(b)
      .memory('v128.load', k * B_BYTES + 16)
      .set(b1);
    for (let row = 0; row < TILE_ROWS; row++) {
      code
        .get(a)
        .memory('v128.load32_splat', k * A_BYTES + row * 4)
        .set(spread);
      [b0, b1].forEach((values, half) => {
        const sum = sums[row * 2 + half] as number;
        if (relaxed) code.get(spread).get(values).get(sum).op('f32x4.relaxed_madd').set(sum);
        else code.get(sum).get(spread).get(values).op('f32x4.mul').op('f32x4.add').set(sum);
      });
    }
  };
  const advance = (by: number): void => {
    code
      .get(a)
      .i32(by * A_BYTES)
      .op('i32.add')
      .set(a);
    code
      .get(b)
      .i32(by * B_BYTES)
      .op('i32.add')
      .set(b);
  };
  const loopWhileLeft = (by: number): void => {
    code.block().get(rest).op('i32.eqz').branchIf(0).loop();
    for (let k = 0; k < by; k++) step(k);
    advance(by);
    code.get(rest).i32(1).op('i32.sub').tee(rest).branchIf(0).end().end();
  };
  const unroll = unrollOf(relaxed);
  if (unroll > 1) {
    code.get(count).i32(unroll).op('i32.div_u').set(rest);
    loopWhileLeft(unroll);
  }
  code.get(count);
  if (unroll > 1) code.i32(unroll).op('i32.rem_u');
  code.set(rest);
  loopWhileLeft(1);
  sums.forEach((sum, i) => {
    code
      .get(tile)
      .get(sum)
      .memory('v128.store', i * 16);
  });
}
