/*
 * Each says which field of a success body does not fit, undefined where all do. What is relied on is checked; a
 * documented field that nothing here depends on is taken out, rather than refused, where it is of another type. By hand
 * and in place: a schema that copies what it reads takes longer than all else that is done to a page of a listing.
 */

/** Says which field does not fit; undefined: the body is what it should be. */
export type Check = (body: unknown) => string | undefined;

export const participantResponseMisfit: Check = (body) => {
  if (!isObject(body)) return 'body';
  return within('participant', participantMisfit(body['participant']));
};

export const participantListMisfit: Check = (body) => {
  if (!isObject(body)) return 'body';
  const { participants, meta, links } = body;
  if (!Array.isArray(participants)) return 'participants';
  const index = participants.findIndex((participant) => participantMisfit(participant) !== undefined);
  if (index >= 0) return within(`participants.${index}`, participantMisfit(participants[index]));
  if (!isObject(meta)) return 'meta';
  if (typeof meta['hasMore'] !== 'boolean') return 'meta.hasMore';
  const metaMisfit = textMisfit(meta, ['afterCursor', 'beforeCursor']);
  if (metaMisfit !== undefined) return within('meta', metaMisfit);
  if (links === undefined || links === null) return undefined;
  return isObject(links) ? within('links', textMisfit(links, ['prev', 'next'])) : 'links';
};

/** Documented as an empty object; one that lists errors is no success, whatever its status. */
export const leaveResponseMisfit: Check = (body) => {
  if (!isObject(body)) return 'body';
  return body['errors'] === undefined ? undefined : 'errors';
};

type Fields = Record<string, unknown>;

function participantMisfit(participant: unknown): string | undefined {
  if (!isObject(participant)) return 'id';
  const { id, userId, userExternalId } = participant;
  if (typeof id !== 'string' || id === '') return 'id';
  if (userId !== undefined && typeof userId !== 'string') return 'userId';
  if (!isTextOrNone(userExternalId)) return 'userExternalId';
  keepOnlyIf(participant, 'unreadCount', Number.isFinite);
  keepOnlyIf(participant, 'lastRead', isTextOrNone);
  keepOnlyIf(participant, 'clientAssociations', areClientAssociations);
  return undefined;
}

function areClientAssociations(value: unknown): boolean {
  if (!(Array.isArray(value) && value.every(isObject))) return false;
  for (const association of value) {
    keepOnlyIf(association, 'type', isText);
    keepOnlyIf(association, 'clientId', isText);
  }
  return true;
}

function keepOnlyIf(fields: Fields, name: string, fits: (value: unknown) => boolean): void {
  if (fields[name] !== undefined && !fits(fields[name])) delete fields[name];
}

function textMisfit(fields: Fields, names: readonly string[]): string | undefined {
  return names.find((name) => !isTextOrNone(fields[name]));
}

function within(place: string, misfit: string | undefined): string | undefined {
  return misfit === undefined ? undefined : `${place}.${misfit}`;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string';
}
