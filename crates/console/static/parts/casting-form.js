// @ts-check
// What is asked about a casting: why it moves, and what else there is to change of it.

import { strings } from '../strings.js';
import { openDialog } from './dialog.js';
import { field, form, input } from './form.js';

const texts = strings.board;

/**
 * Asks why.
 *
 * @param {string} title
 * @param {boolean} isNeeded
 * @returns {Promise<string | null>} empty for no reason, `null` when it was left
 */
export function askReason(title, isNeeded) {
  const hint = isNeeded ? texts.reasonNeeded : texts.reasonWelcome;
  const reason = field('reason', texts.reason, input({ required: isNeeded }), { hint });
  return openDialog(title, (close) =>
    form({
      fields: [reason],
      label: strings.save,
      cancel: () => close(null),
      submit: async () => {
        const text = reason.control.value.trim();
        if (text !== '' || !isNeeded) {
          close(text);
          return;
        }
        reason.complain(texts.reasonMissing);
        reason.control.focus();
      },
    }),
  );
}

/**
 * Asks for the character and the reason of a casting.
 *
 * @param {CastMember} member
 * @param {(changes: import('./cast.js').Changes, close: () => void) => Promise<void>} save closes it; what it throws is shown at the fields
 */
export function editCasting(member, save) {
  const character = field('character', texts.labels.character, input());
  const reason = field('reason', texts.labels.reason, input());
  character.control.value = member.character ?? '';
  reason.control.value = member.reason ?? '';
  const read = () => ({
    character: character.control.value.trim() || null,
    reason: reason.control.value.trim() || null,
  });
  return openDialog(texts.editTitle(member.actor.name), (close) =>
    form({
      fields: [character, reason],
      label: strings.save,
      cancel: () => close(null),
      submit: async () => {
        const now = read();
        const changes = {
          ...(now.character !== member.character && { character: now.character }),
          ...(now.reason !== member.reason && { reason: now.reason }),
        };
        if (Object.keys(changes).length > 0) await save(changes, () => close(null));
        else close(null);
      },
    }),
  );
}
