/** `CRASHES=all`: where a suite of real clusters takes turns, or plays chosen cells of a table, it plays them all. */
export const EVERYTHING = process.env.CRASHES === 'all';
