// @ts-check
// An actor is put on the list of a movie; who is free during its shoot is told while one searches.

import { query, repeatable } from '../api.js';
import { gender } from '../format.js';
import { strings } from '../strings.js';
import { billingField } from './casting-form.js';
import { combobox } from './combobox.js';
import { openDialog } from './dialog.js';
import { field, form, input, select } from './form.js';
import { shoot } from './movie-form.js';
import { isClosed } from './status.js';

const texts = strings.assign;
/** How many actors are suggested. */
const SUGGESTED = 10;

/**
 * @param {import('../shell.js').Context} context
 * @param {Movie} movie
 * @param {import('./cast.js').Cast} cast
 * @param {(added: { member: CastMember, warnings: Warning[] }) => void} done
 */
export function openAssign({ api, config: { statuses } }, movie, cast, done) {
  const actor = combobox({
    name: 'actor_id',
    label: texts.actor,
    hint: `${texts.actorHint} ${movie.shoot_start ? texts.shoot(shoot(movie)) : texts.noShoot}`,
    search: (text, signal) => suggest(api, movie, cast, text, signal),
  });
  const labels = strings.board.labels;
  const open = statuses.filter(({ name }) => !isClosed(statuses, name));
  const character = field('character', labels.character, input());
  const status = field(
    'status',
    texts.status,
    select(
      open.map(({ name }) => [name, strings.statuses[name]]),
      'considering',
    ),
  );
  const billing = billingField();
  const send = repeatable(api);

  const read = () => ({
    character: character.control.value.trim() || null,
    status: /** @type {CastingStatus} */ (status.control.value),
    billing: billing.read(),
  });

  return openDialog(texts.title, (close) =>
    form({
      fields: [actor, character, status, billing.field],
      label: texts.submit,
      cancel: () => close(null),
      submit: async () => {
        const chosen = actor.chosen();
        if (!chosen) {
          actor.complain(texts.actorMissing);
          actor.control.focus();
          return;
        }
        const wanted = { actor: chosen, ...read() };
        const added = await cast.add(wanted, send);
        close(null);
        // Also to whoever has gone elsewhere, who closed the dialog by that.
        done(added);
      },
    }),
  );
}

/**
 * @param {import('../api.js').Api} api
 * @param {Movie} movie
 * @param {import('./cast.js').Cast} cast
 * @param {string} text
 * @param {AbortSignal} signal
 * @returns {Promise<import('./combobox.js').Option<Actor>[]>}
 */
async function suggest(api, movie, cast, text, signal) {
  const wanted = { q: text, sort: 'name', limit: SUGGESTED };
  const ask = async (/** @type {Record<string, string | number>} */ more) => {
    const page = /** @type {Page<'actors', Actor>} */ (
      await api.get(`/actors${query({ ...wanted, ...more })}`, { signal })
    );
    return page.actors;
  };
  const { shoot_start, shoot_end } = movie;
  // Both come in the same order, so whoever of the first is free is among as many of the second.
  const [actors, free] = await Promise.all([
    ask({}),
    shoot_start && shoot_end ? ask({ available_from: shoot_start, available_to: shoot_end }) : null,
  ]);
  return actors.map((actor) => {
    const here = cast
      .members()
      .filter((each) => each.actor.id === actor.id)
      .map(({ status }) => strings.statuses[status]);
    const isFree = free?.some(({ id }) => id === actor.id);
    const isBookedHere = here.includes(strings.statuses.booked);
    const availability = free && !isBookedHere && (isFree ? texts.free : texts.busy);
    const onBoard = here.length > 0 && texts.onBoard(here.join(', '));
    const detail = [actor.age, gender(actor.gender), availability, onBoard].filter(Boolean).join(' · ');
    return { value: actor, label: actor.name, detail };
  });
}
