import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { modules } from '../modules.ts';
import { stateDiagram } from '../platform/states.ts';

const BLOCK = /<!-- states -->[\s\S]*<!-- \/states -->/;

/** The README of each module that has states, with their pictures as its tables have them. */
export function drawStates(): { file: string; text: string }[] {
  return modules.flatMap(({ name, states }) => {
    if (!states) return [];
    const file = fileURLToPath(new URL(`../modules/${name}/README.md`, import.meta.url));
    const text = readFileSync(file, 'utf8');
    if (!BLOCK.test(text)) throw new Error(`${file} has no place for the states`);
    const pictures = Object.entries(states).map(
      ([noun, table]) => `### States of a ${noun}\n\n\`\`\`mermaid\n${stateDiagram(table)}\n\`\`\`\n`,
    );
    return [{ file, text: text.replace(BLOCK, `<!-- states -->\n${pictures.join('\n')}<!-- /states -->`) }];
  });
}
