import type { Template } from './template.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests write where the schema does not let them
export type Properties = any;

/** The template with one thing wrong in the resource whose logical id is this and a hash. */
export function brokenTemplate(
  template: Template,
  idPrefix: string,
  breakIt: (properties: Properties) => void,
): Template {
  const copy = structuredClone(template);
  const [id] = Object.keys(copy.Resources).filter((each) =>
    new RegExp(`^${idPrefix}[0-9A-F]{8}$`).test(each),
  );
  const resource = id === undefined ? undefined : copy.Resources[id];
  if (!resource) throw new Error(`the template has no ${idPrefix}`);
  breakIt(resource.Properties);
  return copy;
}
