/**
 * Products as blocks: rows and k are cut so that a packed block of `a` stays in the second-level cache; columns go by
 * slivers of eight, each packed once and used at once against all the rows of the block.
 */
import type { Axis, Expr } from '../ir/expr.ts';
import type { ContractKernel, Store } from '../ir/kernel.ts';
import { extentOf } from '../ir/kernel.ts';
import { expressionsOf } from '../ir/rewrite.ts';
import type { Code } from './code.ts';
import type { Environment } from './environment.ts';
import { EPILOGUE_SIGNATURE, writeEpilogue } from './epilogue.ts';
import { A_BYTES, B_BYTES, TILE_BYTES, TILE_COLUMNS, TILE_ROWS } from './micro-kernel.ts';
import type { FunctionBuilder, ModuleBuilder } from './module-builder.ts';
import { PACK_SIGNATURE, innerPoints, writePack, type KBlocks } from './pack.ts';
import { axis } from '../ir/build.ts';
import { Side } from './side.ts';
import { mergeAxes } from './strides.ts';

/** Most k of a block: its panel of eight columns then fits in the first-level cache. */
const MOST_K = 1024;
/** Bytes of a packed block of `a`. */
const BLOCK_BYTES = 384 * 1024;
/** Bytes of the sums of a unit, where k takes several blocks. */
const SUM_BYTES = 256 * 1024;
/** Units that a product should have where it can. */
const UNITS = 64;

export interface ContractCode {
  readonly units: number;
  /** Bytes of a thread's own memory that it needs. */
  readonly scratch: number;
}

/**
 * Writes a product into a module. `run` is the function to fill: parameters first unit, last unit (exclusive), the
 * thread's own memory, and whether this is the thread's first call for this kernel.
 */
export function lowerContract(
  kernel: ContractKernel,
  module: ModuleBuilder,
  run: FunctionBuilder,
  micro: number,
  environment: Environment,
): ContractCode {
  const whole = merged(kernel);
  const { batch, a, b, stores } = whole;
  const blocks = blocksOf(whole);
  const { rows, columns, cut } = blocks;
  const packA = module.declare(PACK_SIGNATURE);
  writePack(a, batch, rows, 1, cut.blocks, packA.builder, environment);
  const packB = module.declare(PACK_SIGNATURE);
  writePack(b, batch, columns, 2, cut.blocks, packB.builder, environment);
  const store = module.declare(EPILOGUE_SIGNATURE);
  writeEpilogue(stores, batch, rows, columns, store.builder, environment);

  const { rowSlivers, rowBlocks, rowsInBlock, columnSlivers, columnBlocks, columnsInBlock, aBytes, bBytes } = blocks;
  writeRun(run, {
    functions: { packA: packA.index, packB: packB.index, micro, store: store.index },
    cut,
    rowSlivers,
    rowBlocks,
    rowsInBlock,
    columnSlivers,
    columnBlocks,
    columnsInBlock,
    a: HEADER,
    b: HEADER + aBytes,
    sums: HEADER + aBytes + bBytes,
  });
  return { units: blocks.units, scratch: blocks.scratch };
}

/** Bytes of a thread's own memory that a product needs. */
export const contractScratch = (kernel: ContractKernel): number => blocksOf(merged(kernel)).scratch;

/** How a product is cut into blocks. */
function blocksOf({ batch, m, n, k, a, b }: ReturnType<typeof merged>) {
  const rows = new Side(m, a);
  const columns = new Side(n, b);
  const cut = cutK(k);
  const rowSlivers = Math.ceil(rows.points / TILE_ROWS);
  const columnSlivers = Math.ceil(columns.points / TILE_COLUMNS);
  const most = Math.max(4, Math.floor(BLOCK_BYTES / (cut.longest * A_BYTES)));
  const rowBlocks = Math.ceil(rowSlivers / most);
  const rowsInBlock = Math.ceil(rowSlivers / rowBlocks);
  const outside = extentOf(batch) * rowBlocks;
  const single = cut.count === 1;
  const wanted = Math.max(single ? 1 : 32, Math.ceil((columnSlivers * outside) / UNITS));
  const fitting = single ? columnSlivers : Math.max(1, Math.floor(SUM_BYTES / (rowsInBlock * TILE_BYTES)));
  const columnBlocks = Math.ceil(columnSlivers / Math.min(wanted, fitting, columnSlivers));
  const columnsInBlock = Math.ceil(columnSlivers / columnBlocks);

  const aBytes = rowsInBlock * cut.longest * A_BYTES;
  const bBytes = cut.longest * B_BYTES;
  return {
    rows,
    columns,
    cut,
    rowSlivers,
    rowBlocks,
    rowsInBlock,
    columnSlivers,
    columnBlocks,
    columnsInBlock,
    aBytes,
    bBytes,
    units: outside * columnBlocks,
    scratch: HEADER + aBytes + bBytes + (single ? 1 : columnsInBlock * rowsInBlock) * TILE_BYTES,
  };
}

/** The first words of a thread's memory: which block of `a` is packed there. */
const HEADER = 64;

function merged(kernel: ContractKernel): Omit<ContractKernel, 'kind' | 'label'> {
  const { lists, exprs } = mergeAxes({
    lists: [kernel.batch, kernel.m, kernel.n, kernel.k],
    exprs: expressionsOf(kernel),
  });
  const [batch, m, n, k] = lists as [Axis[], Axis[], Axis[], Axis[]];
  const [a, b] = exprs as [Expr, Expr];
  const stores = kernel.stores.map((s, i): Store => ({
    ...s,
    index: exprs[2 + 2 * i] as Expr,
    value: exprs[3 + 2 * i] as Expr,
  }));
  return { batch, m, n, k: k.length === 0 ? [axis(1)] : k, a, b, stores };
}

interface Cut {
  readonly blocks: KBlocks;
  /** Length of a range of the axis that is cut. */
  readonly range: number;
  /** Ranges of that axis. */
  readonly ranges: number;
  /** Points of k for each point of that axis. */
  readonly inner: number;
  /** Blocks in all. */
  readonly count: number;
  /** Most k in a block. */
  readonly longest: number;
}

/** Cuts k into blocks along the outermost axis within which everything fits into one. */
function cutK(k: readonly Axis[]): Cut {
  let at = 0;
  while (at < k.length - 1 && extentOf(k.slice(at + 1)) > MOST_K) at++;
  const blocks: KBlocks = { outer: k.slice(0, at), inner: k.slice(at) };
  const extent = (k[at] as Axis).extent;
  const inner = innerPoints(blocks);
  const least = Math.ceil(extent / Math.max(1, Math.floor(MOST_K / inner)));
  // Whole fours where the axis is read four at a time.
  const range = inner === 1 ? Math.ceil(extent / least / 4) * 4 : Math.ceil(extent / least);
  const ranges = Math.ceil(extent / range);
  return {
    blocks,
    range,
    ranges,
    inner,
    count: extentOf(blocks.outer) * ranges,
    longest: Math.min(range, extent) * inner,
  };
}

interface Blocking {
  readonly functions: {
    readonly packA: number;
    readonly packB: number;
    readonly micro: number;
    readonly store: number;
  };
  readonly cut: Cut;
  readonly rowSlivers: number;
  readonly rowBlocks: number;
  readonly rowsInBlock: number;
  readonly columnSlivers: number;
  readonly columnBlocks: number;
  readonly columnsInBlock: number;
  /** Offsets in the thread's memory. */
  readonly a: number;
  readonly b: number;
  readonly sums: number;
}

function writeRun(f: FunctionBuilder, p: Blocking): void {
  const { code } = f;
  const [unit, end, scratch, fresh] = [0, 1, 2, 3];
  const local = (): number => f.local('i32');
  const [rest, batch, block, outer, from, to, length] = [local(), local(), local(), local(), local(), local(), local()];
  const [i, iFirst, iEnd, j, jFirst, jEnd] = [local(), local(), local(), local(), local(), local()];
  const [tile, panel, packed] = [local(), local(), local()];
  const single = p.cut.count === 1;
  const loop = (counter: number, limit: (c: Code) => void, body: () => void): void => {
    code.block().loop().get(counter);
    limit(code);
    code.op('i32.ge_u').branchIf(1);
    body();
    code.get(counter).i32(1).op('i32.add').set(counter).branch(0).end().end();
  };
  const smaller = (target: number, first: number, by: number, limit: number): void => {
    code.get(first).i32(by).op('i32.add').i32(limit);
    code.get(first).i32(by).op('i32.add').i32(limit).op('i32.lt_u').select().set(target);
  };

  code.get(fresh).if().get(scratch).i32(-1).memory('i32.store', 0).end();
  loop(
    unit,
    (c) => c.get(end),
    () => {
      code.get(unit).i32(p.columnBlocks).op('i32.rem_u').i32(p.columnsInBlock).op('i32.mul').set(jFirst);
      smaller(jEnd, jFirst, p.columnsInBlock, p.columnSlivers);
      code.get(unit).i32(p.columnBlocks).op('i32.div_u').set(rest);
      code.get(rest).i32(p.rowBlocks).op('i32.rem_u').i32(p.rowsInBlock).op('i32.mul').set(iFirst);
      smaller(iEnd, iFirst, p.rowsInBlock, p.rowSlivers);
      code.get(rest).i32(p.rowBlocks).op('i32.div_u').set(batch);
      code.i32(0).set(block);
      loop(
        block,
        (c) => c.i32(p.cut.count),
        () => {
          code.get(block).i32(p.cut.ranges).op('i32.div_u').set(outer);
          code.get(block).i32(p.cut.ranges).op('i32.rem_u').i32(p.cut.range).op('i32.mul').set(from);
          smaller(to, from, p.cut.range, p.cut.blocks.inner[0]?.extent ?? 1);
          code.get(to).get(from).op('i32.sub').i32(p.cut.inner).op('i32.mul').set(length);
          // The block of a may still be there from the unit before.
          code.get(rest).i32(p.cut.count).op('i32.mul').get(block).op('i32.add').tee(packed);
          code.get(scratch).memory('i32.load', 0).op('i32.ne').if();
          code.get(iFirst).set(i);
          code.get(scratch).i32(p.a).op('i32.add').set(panel);
          loop(
            i,
            (c) => c.get(iEnd),
            () => {
              code.get(panel).get(i).get(batch).get(outer).get(from).get(to).call(p.functions.packA);
              code.get(panel).get(length).i32(A_BYTES).op('i32.mul').op('i32.add').set(panel);
            },
          );
          code.get(scratch).get(packed).memory('i32.store', 0).end();
          code.get(jFirst).set(j);
          code.get(scratch).i32(p.sums).op('i32.add').set(tile);
          loop(
            j,
            (c) => c.get(jEnd),
            () => {
              code
                .get(scratch)
                .i32(p.b)
                .op('i32.add')
                .get(j)
                .get(batch)
                .get(outer)
                .get(from)
                .get(to)
                .call(p.functions.packB);
              code.get(iFirst).set(i);
              code.get(scratch).i32(p.a).op('i32.add').set(panel);
              loop(
                i,
                (c) => c.get(iEnd),
                () => {
                  code.get(panel).get(scratch).i32(p.b).op('i32.add').get(tile).get(length);
                  if (single) code.i32(1);
                  else code.get(block).op('i32.eqz');
                  code.call(p.functions.micro);
                  const finish = (): void => {
                    code.get(tile).get(batch).get(i).get(j).call(p.functions.store);
                  };
                  if (single) finish();
                  else {
                    code
                      .get(block)
                      .i32(p.cut.count - 1)
                      .op('i32.eq')
                      .if();
                    finish();
                    code.end();
                    code.get(tile).i32(TILE_BYTES).op('i32.add').set(tile);
                  }
                  code.get(panel).get(length).i32(A_BYTES).op('i32.mul').op('i32.add').set(panel);
                },
              );
            },
          );
        },
      );
    },
  );
}
