import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { modules } from '../modules.ts';
import { stateDiagram } from '../platform/states.ts';
import { platformStates } from '../platform/webhooks/states.ts';

const BLOCK = /<!-- states -->[\s\S]*<!-- \/states -->/;

const folders = [
  ...modules.map(({ name, states }) => ({ folder: `modules/${name}`, states })),
  { folder: 'platform', states: platformStates },
];

/** The README of each module that has states, and the platform's, with their pictures as their tables have them. */
export function drawStates(): { file: string; text: string }[] {
  return folders.flatMap(({ folder, states }) => {
    if (!states) return [];
    const file = fileURLToPath(new URL(`../${folder}/README.md`, import.meta.url));
    const text = readFileSync(file, 'utf8');
    if (!BLOCK.test(text)) throw new Error(`${file} has no place for the states`);
    const pictures = Object.entries(states).map(
      ([noun, table]) =>
        `### ${noun[0]?.toUpperCase()}${noun.slice(1)}: its states\n\n\`\`\`mermaid\n${stateDiagram(table)}\n\`\`\`\n`,
    );
    return [{ file, text: text.replace(BLOCK, `<!-- states -->\n${pictures.join('\n')}<!-- /states -->`) }];
  });
}
