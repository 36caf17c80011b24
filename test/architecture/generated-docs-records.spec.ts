import { z } from 'zod';
import * as records from '../../libs/trust/src/records/index.ts';
import { bundleHeader, logProofs } from '../../libs/trust/src/evidence/bundle.ts';
import { drawFile } from '../../libs/trust/src/draw/draw-file.ts';
import { trustFile } from '../../libs/trust/src/evidence/trust-file.ts';
import { generatedPart, markdownTable } from '../support/generated-docs.ts';

/** What JSON Schema says of a field, as far as these records use it. */
interface Shape {
  readonly type?: string;
  readonly const?: string | number;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Shape[];
}

const BASE64URL = '^[A-Za-z0-9_-]*$';
const NAMED: readonly (readonly [z.ZodString, string])[] = [
  [records.instantText, 'instant'],
  [records.yuan, 'money'],
  [records.uuid, 'uuid'],
  [records.creditCode, 'credit code'],
];
const shapeOf = (schema: z.ZodType): Shape => z.toJSONSchema(schema) as Shape;
const namedPatterns = new Map(NAMED.map(([schema, name]) => [shapeOf(schema).pattern, name]));

function span(low: number | undefined, high: number | undefined): string {
  if (high === undefined || high >= Number.MAX_SAFE_INTEGER) return low === undefined ? '' : ` ≥ ${low}`;
  return low === high ? ` ${high}` : ` ${low ?? 0}–${high}`;
}

function textForm({ pattern, minLength, maxLength }: Shape): string {
  if (pattern === BASE64URL) {
    const bytes = Math.floor(((maxLength ?? 0) * 3) / 4);
    return minLength === maxLength ? `bytes ${bytes}` : `bytes ≤ ${bytes}`;
  }
  return namedPatterns.get(pattern) ?? `text${span(minLength, maxLength)}`;
}

/** One field's form; of an object and a list of objects the rows below say more. */
function formOf(shape: Shape): string {
  if (shape.anyOf) return shape.anyOf.map(formOf).join(' or ');
  if (shape.const !== undefined) return `\`${JSON.stringify(shape.const)}\``;
  if (shape.enum) return shape.enum.map((value) => `\`"${value}"\``).join(', ');
  switch (shape.type) {
    case 'string':
      return textForm(shape);
    case 'integer':
      return `integer${span(shape.minimum, shape.maximum)}`;
    case 'array':
      return `list${span(shape.minItems, shape.maxItems)} of ${shape.items ? formOf(shape.items) : '?'}`;
    default:
      return shape.type ?? '?';
  }
}

function rowsOf(shape: Shape, path = ''): string[][] {
  const required = new Set(shape.required);
  return Object.entries(shape.properties ?? {}).flatMap(([name, field]) => {
    const here = path === '' ? name : `${path}.${name}`;
    const own = [`\`${here}\``, `${formOf(field)}${required.has(name) ? '' : '; optional'}`];
    const inside = [field, ...(field.anyOf ?? [])].flatMap((each) => [
      ...rowsOf(each, here),
      ...(each.items ? rowsOf(each.items, `${here}[]`) : []),
    ]);
    return [own, ...inside];
  });
}

const RECORDS: readonly (readonly [string, z.ZodType])[] = [
  ['Notice', records.notice],
  ['LotKeyTerms (`lotkey-terms`)', records.lotKeyTerms],
  ['TrusteeKey (`trustees[]` of LotKey)', records.trusteeKey],
  ['DeadlineChange', records.deadlineChange],
  ['Cancellation', records.cancellation],
  ['JournalKey', records.journalKey],
  ['JournalEntry', records.journalEntry],
  ['Commit', records.commit],
  ['BidStatement (`identity.json`)', records.bidStatement],
  ['Manifest (`manifest.json`)', records.manifest],
  ['OpeningSheet (`opening-sheet.json`)', records.openingSheet],
  ['SignedMove', records.signedMove],
  ['ArrivalReceipt', records.arrivalReceipt],
  ['LogReceipt', records.logReceipt],
  ['StoredReceipt', records.storedReceipt],
  ['OutsideTime', records.outsideTime],
  ['DaySeed', records.daySeed],
  ['Signature (`signatures[]` of a signed record)', records.signature],
  ['Close', records.close],
  ['CloseAdd', records.closeAdd],
  ['Shares', records.shares],
  ['SealedShares', records.sealedShares],
  ['Reveal', records.reveal],
  ['OpeningRecord', records.openingRecord],
  ['KeyDestroyed', records.keyDestroyed],
  ['EvaluationReport', records.evaluationReport],
  ['Publicity', records.publicity],
  ['Award', records.award],
  ['Login', records.login],
  ['DrawTerms (`draw-plan-terms`)', records.drawTerms],
  ['DrawPlan: DrawTerms and `trustees` (TrusteeKey)', records.drawPlan.pick({ trustees: true })],
  ['DrawDealing', records.drawDealing],
  ['DrawDealt', records.drawDealt],
  ['DrawEntry', records.drawEntry],
  ['DrawPool', records.drawPool],
  ['DrawReady', records.drawReady],
  ['DrawShares', records.drawShares],
  ['DrawReveal', records.drawReveal],
  ['DrawResult', records.drawResult],
  ['DrawChange', records.drawChange],
  ['`DRAW.json`', drawFile],
  ['`bundle.json`', bundleHeader],
  ['`log/proofs.json`', logProofs],
  ['`roots.json`', trustFile],
];

describe('docs/RECORDS.md', () => {
  it('says of every record what its schema says', () => {
    const parts = RECORDS.map(
      ([name, schema]) => `## ${name}\n\n${markdownTable(['field', 'form'], rowsOf(shapeOf(schema)))}`,
    );
    const part = generatedPart('docs/RECORDS.md', 'records', `\n${parts.join('\n')}\n`);
    expect(part.actual).toBe(part.expected);
  });

  it('reads forms as they are', () => {
    expect(formOf(shapeOf(records.hash32))).toBe('bytes 32');
    expect(formOf(shapeOf(records.point))).toBe('bytes 33');
    expect(formOf(shapeOf(records.count))).toBe('integer ≥ 0');
    expect(formOf(shapeOf(records.instantText.nullable()))).toBe('instant or null');
    expect(rowsOf(shapeOf(records.login)).map(([field]) => field)).toEqual([
      '`type`',
      '`origin`',
      '`nonce`',
      '`expiresAt`',
    ]);
  });
});
