const { pathToFileURL } = require('node:url');
const { default: Runtime } = require('jest-runtime');

/** Where jest-circus keeps who is told of its events, from one test file to the next. */
const eventHandlers = Symbol.for('EVENT_HANDLERS');

/**
 * Loads test files and what they import as Node.js does, and keeps what was loaded for the next file. Jest's own way makes
 * the whole application anew for each file, which took longer than the tests. The price is that files of one worker share
 * modules and globals; none of ours leaves anything behind in them. Jest's own way is taken where it is needed: to measure
 * coverage, and to watch.
 */
module.exports = class NativeRuntime extends Runtime {
  #native;

  constructor(...options) {
    super(...options);
    const { watch, watchAll, collectCoverage } = options.at(-1);
    this.#native = !watch && !watchAll && !collectCoverage;
  }

  /** Gives a test framework without the tests and the listeners of the file before. */
  requireInternalModule(from, to) {
    if (!this.#native || to) return super.requireInternalModule(from, to);
    globalThis[eventHandlers] = undefined;
    delete require.cache[from];
    return require(from);
  }

  setGlobalsForRuntime(globals) {
    super.setGlobalsForRuntime(globals);
    if (this.#native) Object.assign(globalThis, globals);
  }

  async unstable_importModule(from, name) {
    if (!this.#native || name) return super.unstable_importModule(from, name);
    // What was put here maps what Jest has transformed; Node.js itself knows the lines of the rest.
    Error.prepareStackTrace = undefined;
    return import(pathToFileURL(from).href);
  }
};
