/** `CRASHES=all`: where a suite of real clusters takes turns, or plays chosen cells of a table, it plays all there are. */
export const EVERYTHING = process.env.CRASHES === 'all';
