import type { Module } from './platform/module.ts';

/** THE list of modules, in import order: a module imports only from those before it. */
export const modules: readonly Module[] = [];
