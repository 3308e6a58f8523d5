import { DOT, isDigit, MINUS } from './plain-text.ts';

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
export const TIME_BYTES = 24;

/** `2026-11-10T12:00:00.000Z`, a moment that exists: whether it stands at `at`, from where on there are 24 bytes. */
export function isTime(bytes: Uint8Array, at: number): boolean {
  const [year, month, day] = [number(bytes, at, 4), number(bytes, at + 5, 2), number(bytes, at + 8, 2)];
  const [hour, minute, second] = [number(bytes, at + 11, 2), number(bytes, at + 14, 2), number(bytes, at + 17, 2)];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const dated =
    year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= DAYS[month - 1]! && (month !== 2 || day < 29 || leap);
  const timed = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
  const marks =
    bytes[at + 4] === MINUS && bytes[at + 7] === MINUS && bytes[at + 10] === 0x54 && bytes[at + 13] === 0x3a;
  return (
    dated &&
    timed &&
    number(bytes, at + 20, 3) >= 0 &&
    marks &&
    bytes[at + 16] === 0x3a &&
    bytes[at + 19] === DOT &&
    bytes[at + 23] === 0x5a
  );
}

/** −1 where one of them is no digit. */
function number(bytes: Uint8Array, from: number, digits: number): number {
  let value = 0;
  for (let i = from; i < from + digits; i++) {
    const byte = bytes[i]!;
    if (!isDigit(byte)) return -1;
    value = value * 10 + byte - 0x30;
  }
  return value;
}
