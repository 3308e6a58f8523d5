/** A whole number with commas at the thousands; the pinned realm's own toLocaleString sets none. */
export const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
