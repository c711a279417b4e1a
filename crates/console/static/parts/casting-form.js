// @ts-check
// What is asked about a casting: why it moves, and what else there is to change of it.

import { strings } from '../strings.js';
import { openDialog } from './dialog.js';
import { field, form, input, numberOf } from './form.js';

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

/** The place in the credits, which is none as long as nothing is typed. */
export function billingField() {
  const billing = field('billing', texts.labels.billing, input({ inputmode: 'numeric' }), { hint: texts.billingHint });
  return { field: billing, read: () => numberOf(billing.control.value) };
}

/**
 * Asks for the character, the reason and the billing of a casting.
 *
 * @param {CastMember} member
 * @param {(changes: import('./cast.js').Changes, close: () => void) => Promise<void>} save closes it; what it throws is shown at the fields
 */
export function editCasting(member, save) {
  const character = field('character', texts.labels.character, input());
  const reason = field('reason', texts.labels.reason, input());
  const billing = billingField();
  character.control.value = member.character ?? '';
  reason.control.value = member.reason ?? '';
  billing.field.control.value = String(member.billing ?? '');
  const read = () => ({
    character: character.control.value.trim() || null,
    reason: reason.control.value.trim() || null,
    billing: billing.read(),
  });
  return openDialog(texts.editTitle(member.actor.name), (close) =>
    form({
      fields: [character, billing.field, reason],
      label: strings.save,
      cancel: () => close(null),
      submit: async () => {
        const now = read();
        const changes = {
          ...(now.character !== member.character && { character: now.character }),
          ...(now.reason !== member.reason && { reason: now.reason }),
          ...(now.billing !== member.billing && { billing: now.billing }),
        };
        if (Object.keys(changes).length > 0) await save(changes, () => close(null));
        else close(null);
      },
    }),
  );
}
