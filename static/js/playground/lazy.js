/**
 * Modules that are loaded when they are used for the first time.
 */

/**
 * Return a function that calls `use(module)`: at once if the module is there, else when it has been loaded. A failed
 * load is tried again at the next use.
 */
export function lazy(load) {
  let loaded = null;
  let loading = null;
  return (use) => {
    if (loaded) return use(loaded);
    loading ??= load().then((module) => (loaded = module));
    return loading.then(use, () => (loading = null));
  };
}
