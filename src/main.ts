import './heap.ts';
import { Runner } from './action/runner.ts';
import { act } from './act.ts';

await act(new Runner(process));
