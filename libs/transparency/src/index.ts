/**
 * `#transparency`: the append-only log, the platform's keys, the evidence bundle. `constructor(private readonly
 * transparency: Transparency) {}`; the module is global.
 *
 *   await this.transparency.append(tx, hashText('commit', commit));            // in the transaction that stores it
 *   const signed = await this.transparency.signAs('receipt', 'receipt-arrival', record);
 *   const receipt = await this.transparency.waitForLog(c, 5_000);              // after the commit
 *   onModuleInit() { this.transparency.registerEvidenceSource(this.evidence); }
 */
export * from './application/evidence-source.ts';
export * from './application/intake-source.ts';
export * from './application/transparency.ts';
export { ConfidentialReads } from './application/confidential-reads.ts';
export { LogHealth } from './application/log-health.ts';
export { TransparencySettings } from './application/transparency-settings.ts';
export type { P12Setting, WitnessSetting } from './application/transparency-settings.ts';
export { KeyStoreError } from './infrastructure/key-store.ts';
export { TransparencyModule } from './transparency.module.ts';
export { transparencySchema } from './transparency.schema.ts';
export { OutsideTimeSettings } from './application/outside-time-settings.ts';
export type { OutsideAuthority } from './application/outside-time-settings.ts';
