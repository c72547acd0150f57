import { Crowd } from './crowd.ts';

/** The process of `users.ts`: its argument is a port; it tells each answer; told anything, it waits for those under way, says `left` and ends. */
const crowd = new Crowd(Number(process.argv[2]), (answer) => process.send?.(answer));
process.once('message', () => {
  // Sent after all others: when it is through, so are they.
  void crowd.leave().then(() => process.send?.('left', () => process.disconnect()));
});
// Without the one who listens there is nothing to tell.
process.once('disconnect', () => process.exit());
// Ctrl-C reaches every process of the terminal; users stay until they are told to leave.
process.on('SIGINT', () => undefined);
