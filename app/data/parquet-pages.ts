/**
 * Checks the pages of a Parquet file before the library reads them, which takes them at their word: a page of negative size would send it
 * round for ever, a run that claims a thousand million repetitions fill the memory.
 */
import { gunzipSync } from 'fflate';
import type { FileMetaData, RowGroup } from 'hyparquet';
import { formatCount } from './file-names.ts';
import { DatasetError, type SourceFile } from './image-dataset.ts';

/** A group of rows is unpacked as a whole; one of more bytes is refused. */
export const largestGroup = 1_000_000_000;
/** Values in a column of a group; more are no pictures. */
const mostValues = 10_000_000;

/** Reads bytes of the file. */
type Slice = (start: number, end: number) => Promise<ArrayBuffer>;

/** What the levels of a column's values take, in bits; 0 where there are none. */
interface LevelWidths {
  readonly repetition: number;
  readonly definition: number;
}

/** Walks the pages of the named top-level columns. @throws DatasetError where a page or a run in it claims what cannot be. */
export async function checkPages(
  metadata: FileMetaData,
  group: RowGroup,
  columns: readonly string[],
  file: SourceFile,
  slice: Slice,
): Promise<void> {
  const { parquetHeader } = await import('hyparquet/src/column.js');
  const { decompressPage } = await import('hyparquet/src/datapage.js');
  const { getMaxDefinitionLevel, getMaxRepetitionLevel, getSchemaPath } = await import('hyparquet/src/schema.js');
  for (const { meta_data: column } of group.columns) {
    if (column === undefined || !columns.includes(column.path_in_schema[0] ?? '')) continue;
    const path = getSchemaPath(metadata.schema, column.path_in_schema);
    const bits = (level: number) => Math.ceil(Math.log2(level + 1));
    const widths = { repetition: bits(getMaxRepetitionLevel(path)), definition: bits(getMaxDefinitionLevel(path)) };
    const start = Number(column.dictionary_page_offset ?? column.data_page_offset);
    const size = Number(column.total_compressed_size);
    const most = Number(column.num_values);
    const wrong = (what: string) =>
      new DatasetError(
        `${file.path} is damaged: in the column ${column.path_in_schema.join('.')}, ${what}. Download it again.`,
      );
    if (!(start >= 0 && size > 0 && start + size <= file.size)) throw wrong('its data lies outside the file');
    if (!(most >= 0 && most <= mostValues)) throw wrong(`${formatCount(most)} values are claimed`);
    const view = new DataView(await slice(start, start + size));
    const reader = { view, offset: 0 };
    while (reader.offset < size - 1) {
      const cannotBe = wrong(`the page at byte ${formatCount(start + reader.offset)} claims what cannot be`);
      const page = parquetHeader(reader);
      const { compressed_page_size: packed, uncompressed_page_size: unpacked } = page;
      const { data_page_header: first, data_page_header_v2: second, dictionary_page_header: dictionary } = page;
      const values = (second ?? first ?? dictionary)?.num_values;
      const fits = packed >= 0 && reader.offset + packed <= size && unpacked >= 0 && unpacked <= largestGroup;
      if (!fits || values === undefined || !(values >= 0 && values <= most)) throw cannotBe;
      const bytes = new Uint8Array(view.buffer, reader.offset, packed);
      reader.offset += packed;
      const unpack = (part: Uint8Array, length: number) =>
        decompressPage(part, length, column.codec, {
          GZIP: (input, to) => gunzipSync(input, { out: new Uint8Array(to) }),
        });
      let sound = true;
      if (page.type === 'DATA_PAGE_V2' && second !== undefined) {
        const { repetition_levels_byte_length: repetition, definition_levels_byte_length: definition } = second;
        const levels = (repetition ?? -1) + (definition ?? -1);
        sound = repetition >= 0 && definition >= 0 && levels <= Math.min(packed, unpacked);
        sound &&= areRuns(bytes.subarray(0, repetition), widths.repetition, values);
        sound &&= areRuns(bytes.subarray(repetition, levels), widths.definition, values);
        if (sound && isIndexed(second.encoding)) {
          const rest = bytes.subarray(levels);
          sound = areIndices(second.is_compressed === true ? unpack(rest, unpacked - levels) : rest, values);
        }
      } else if (page.type === 'DATA_PAGE' && first !== undefined) {
        sound = isSoundPage(unpack(bytes, unpacked), widths, values, isIndexed(first.encoding));
      } else sound = page.type === 'DICTIONARY_PAGE' && dictionary !== undefined;
      if (!sound) throw cannotBe;
    }
  }
}

const isIndexed = (encoding: string): boolean => /DICTIONARY|^RLE$/.test(encoding);

/** A page of the first version: levels behind their lengths, then values. */
function isSoundPage(page: Uint8Array, widths: LevelWidths, values: number, indexed: boolean): boolean {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  let at = 0;
  for (const width of [widths.repetition, widths.definition]) {
    if (width === 0) continue;
    if (at + 4 > page.length) return false;
    const end = at + 4 + view.getUint32(at, true);
    if (end > page.length || !areRuns(page.subarray(at + 4, end), width, values)) return false;
    at = end;
  }
  return !indexed || areIndices(page.subarray(at), values);
}

/** Indices into a dictionary: their width in bits, then runs. */
function areIndices(bytes: Uint8Array, values: number): boolean {
  const width = bytes[0] ?? 0;
  return width <= 32 && areRuns(bytes.subarray(1), width, values, false);
}

/**
 * Whether bytes are runs of Parquet's hybrid encoding (a value repeated, or values packed by eight) of which none is longer than there are
 * values, and that are enough for all of them where they have to be.
 */
function areRuns(bytes: Uint8Array, width: number, values: number, all = true): boolean {
  if (width === 0) return true;
  let seen = 0;
  for (let at = 0; at < bytes.length && seen < values;) {
    let header = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 2 ** 28) return false;
      header += (byte & 127) * shift;
      if (byte < 128) break;
    }
    const isPacked = (header & 1) === 1;
    const count = isPacked ? Math.floor(header / 2) * 8 : Math.floor(header / 2);
    if (count > values + 8) return false;
    at += isPacked ? (count / 8) * width : Math.ceil(width / 8);
    seen += count;
  }
  return !all || seen >= values;
}
