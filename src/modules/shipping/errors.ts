import { defineErrors } from '../../platform/errors.ts';
import { enumeration, ref } from '../../platform/http/schema.ts';

const TemplateUse = enumeration(
  'FreightTemplateUse',
  'What uses a template: the shop as its default, products, or templates that fall back on it.',
  ['shop', 'products', 'templates'],
);

export const shippingErrors = defineErrors({
  freight_template_inconsistent: [422, 'The template contradicts itself'],
  freight_template_circular: [422, 'The templates fall back on each other in a circle'],
  freight_template_name_taken: [409, 'Another template has this name'],
  freight_template_archived: [409, 'The template is archived'],
  freight_template_in_use: [
    409,
    'The template is the default, or products or other templates name it',
    { usedBy: ref(TemplateUse, { description: 'What uses it.' }) },
  ],
});
