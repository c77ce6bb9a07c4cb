/**
 * What Node is given to run a file of the project: the file as it is written, or as it was compiled where the tests themselves
 * are. The file comes last.
 */
export const nodeArguments = (file: string): [flag: string, file: string] =>
  import.meta.url.endsWith('.js')
    ? ['--enable-source-maps', file.replace(/\.ts$/, '.js')]
    : ['--import=tsx', file];
