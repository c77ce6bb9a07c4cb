import type { PublishedDraw } from './draw-rules.ts';
import type { DrawText } from './tables.ts';

/** What a text says about tickets: this process wrote it, and nobody could change it since. */
export const publishedOf = ({ text }: DrawText): PublishedDraw => JSON.parse(text) as PublishedDraw;
