import { Type } from '@sinclair/typebox';
import { defineEvent } from '../../platform/events/define.ts';

const templateData = Type.Object({
  name: Type.String({ description: 'What the shop calls it.' }),
  isDefault: Type.Boolean({ description: 'Products that name no template have it.' }),
});

export const freightTemplateEvents = {
  created: defineEvent('freight_template.created', 'A freight template was made.', templateData),
  updated: defineEvent('freight_template.updated', 'A freight template was changed.', templateData),
  archived: defineEvent('freight_template.archived', 'A freight template is used no more.', templateData),
};
