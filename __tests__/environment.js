import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/** What a new context has of its own and Jest wants to be the process's all the same. */
const SHARED = ['Buffer', 'ArrayBuffer', 'Uint8Array'];

/**
 * Jest's own environment, with a plain object for its globals. Jest's is a proxy behind the interceptors of a context, so that each look at
 * `Object`, `JSON` or `undefined` goes through both: a sixth of the time of tests that compute much.
 */
export default class PlainEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    const jests = this.global;
    const global = vm.createContext(vm.constants.DONT_CONTEXTIFY);
    const own = new Set(Object.getOwnPropertyNames(global).filter((name) => !SHARED.includes(name)));
    for (const name of Reflect.ownKeys(jests)) {
      if (own.has(name)) continue;
      const property = Object.getOwnPropertyDescriptor(jests, name);
      if (property.value === jests) property.value = global;
      Object.defineProperty(global, name, property.get === undefined ? property : late(global, jests, name));
    }
    global.Error.stackTraceLimit = 100;
    this.context = global;
    this.global = global;
  }
}

/** A global of the process that is made when it is first used. */
function late(global, jests, name) {
  const set = (value) =>
    Object.defineProperty(global, name, { value, configurable: true, enumerable: false, writable: true });
  const get = () => {
    set(jests[name]);
    return global[name];
  };
  return { get, set, configurable: true, enumerable: false };
}
