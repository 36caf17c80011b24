import '../verify/no-eval.ts';
import type { ReceiptFile } from '#trust';
import { MAX_RECEIPT_BYTES } from '../verify/limits.ts';

/** A receipt.json by its form alone: whether it holds is for who is shown it. Null where it is none. */
export async function readReceipt(file: File): Promise<ReceiptFile | null> {
  if (file.size > MAX_RECEIPT_BYTES) return null;
  const { receiptFile } = await import('#trust');
  try {
    const read = receiptFile.safeParse(JSON.parse(await file.text()));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
