import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { Document, HeadingLevel, Packer, Paragraph, TextRun } from 'docx';
import exceljs from 'exceljs';
import PDFDocument from 'pdfkit';

/** What one bidder offers; the files say the same as the opening sheet. */
export interface Offer {
  readonly bidder: string;
  readonly creditCode: string;
  /** Yuan with two decimals. */
  readonly price: string;
  readonly periodDays: number;
  /** About how many bytes the technical volume has: it carries drawings, which do not compress. */
  readonly technicalBytes: number;
}

export interface BidFiles {
  readonly technical: string;
  readonly commercial: string;
  readonly priced: string;
  /** Bytes of all three together. */
  readonly bytes: number;
}

/** Writes a bidder's technical volume (PDF), commercial volume (DOCX) and priced bill of quantities (XLSX). */
export async function writeBidFiles(folder: string, offer: Offer): Promise<BidFiles> {
  await mkdir(folder, { recursive: true });
  const files = {
    technical: join(folder, 'technical.pdf'),
    commercial: join(folder, 'commercial.docx'),
    priced: join(folder, 'priced-bill.xlsx'),
  };
  await writeTechnicalVolume(files.technical, offer);
  await writeFile(files.commercial, await commercialVolume(offer));
  await pricedBill(offer).xlsx.writeFile(files.priced);
  const sizes = await Promise.all(Object.values(files).map(async (path) => (await stat(path)).size));
  return { ...files, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

async function writeTechnicalVolume(path: string, offer: Offer): Promise<void> {
  const pdf = new PDFDocument({ info: { Title: 'Technical volume', Author: offer.bidder } });
  const out = createWriteStream(path);
  pdf.pipe(out);
  pdf.fontSize(20).text('Technical volume');
  pdf.fontSize(11).text(`Construction period: ${offer.periodDays} days`).text(METHOD_STATEMENT);
  const drawings = offer.technicalBytes - 4096;
  if (drawings > 0) pdf.file(randomBytes(drawings), { name: 'drawings.bin', description: 'Drawings' });
  pdf.end();
  await finished(out);
}

const METHOD_STATEMENT =
  'Earthworks are balanced within the site. Drainage is laid before the base course. Night work stops at ten.';

const commercialVolume = (offer: Offer): Promise<Buffer> =>
  Packer.toBuffer(
    new Document({
      creator: offer.bidder,
      sections: [
        {
          children: [
            new Paragraph({ text: '投标函', heading: HeadingLevel.HEADING_1 }),
            new Paragraph({ children: [new TextRun(`投标人：${offer.bidder}（${offer.creditCode}）`)] }),
            new Paragraph({ children: [new TextRun(`投标报价：人民币 ${offer.price} 元`)] }),
            new Paragraph({ children: [new TextRun(`工期：${offer.periodDays} 日历天`)] }),
          ],
        },
      ],
    }),
  );

function pricedBill(offer: Offer): exceljs.Workbook {
  const workbook = new exceljs.Workbook();
  workbook.creator = offer.bidder;
  const sheet = workbook.addWorksheet('工程量清单');
  sheet.columns = [
    { header: '序号', key: 'no' },
    { header: '项目', key: 'item', width: 30 },
    { header: '合价（元）', key: 'amount', width: 18 },
  ];
  const total = BigInt(offer.price.replace('.', ''));
  const parts = ['土方工程', '排水工程', '路面工程', '绿化工程'];
  const each = total / BigInt(parts.length);
  parts.forEach((item, index) => {
    const fen = index === parts.length - 1 ? total - each * BigInt(parts.length - 1) : each;
    sheet.addRow({ no: index + 1, item, amount: Number(fen) / 100 });
  });
  sheet.addRow({ no: '', item: '合计', amount: Number(total) / 100 });
  return workbook;
}
