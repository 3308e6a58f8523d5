/** What is wrong with a run in one file, by the check that it is for: the first of each. */
import { LONG_RUN } from '#common/bundle/layout.ts';
import type { VerifyCode } from './checks.ts';

export const linePath = (place: number): string => `${LONG_RUN.receipts}, line ${place + 1}`;

export class LongFaults extends Map<VerifyCode, string> {
  /** The receipt at `place` does what it should not. */
  at(place: number, code: VerifyCode, what: string): void {
    this.say(code, `${linePath(place)} ${what}`);
  }

  say(code: VerifyCode, sentence: string): void {
    if (!this.has(code)) this.set(code, sentence);
  }
}
