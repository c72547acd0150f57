import { Crowd } from './crowd.ts';

/** The process of `users.ts`: its arguments are a port and, maybe, how many milliseconds users stay at most; it tells each answer; told anything, it waits for those under way, says `left` and ends. */
const [port, longestStayMs] = process.argv.slice(2).map(Number);
const crowd = new Crowd(port ?? 0, (answer) => process.send?.(answer), longestStayMs);
process.once('message', () => {
  // Sent after all others: when it is through, so are they.
  void crowd.leave().then(() => process.send?.('left', () => process.disconnect()));
});
// Without the one who listens there is nothing to tell.
process.once('disconnect', () => process.exit());
// Ctrl-C reaches every process of the terminal; users stay until they are told to leave.
process.on('SIGINT', () => undefined);
