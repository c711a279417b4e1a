// @ts-check
// The order of the credits among those who are booked: by dragging, by keyboard and by buttons. It is saved when it has settled.

import { Refusal } from '../api.js';
import { h } from '../dom.js';
import { strings } from '../strings.js';
import { newOrder, oneByOne } from './cast.js';
import { messageOf, undo } from './notice.js';
import { isClosed } from './status.js';

const texts = strings.billing;
/** Milliseconds after the last move before the order is saved. */
const SETTLED = 700;
/**
 * What could not be saved because a session had ended, by whose it is: it is saved with the next board of that movie.
 *
 * @type {Map<string, { draft: number[], former: number[] }>}
 */
const kept = new Map();

/**
 * @param {import('../shell.js').Context} context
 * @param {import('./cast.js').Cast} cast
 * @param {(focus?: string) => void} changed shows the cast anew
 */
export function createBilling(context, cast, changed) {
  const { announce, toast, signal, config, session } = context;
  const whose = `${session.caller()?.subject} ${cast.path}`;
  const left = kept.get(whose);
  kept.delete(whose);
  /** The booked ones as they are shown, while that is not saved. */
  let draft = left?.draft ?? null;
  /** The places in the credits when the draft began. */
  let former = left?.former ?? [];
  let settling = 0;
  /** Whether a row is being dragged: until it is dropped nothing is shown anew, or it would be lost. */
  let isDragging = false;
  const inTurn = oneByOne();

  const booked = () =>
    cast
      .members()
      .filter(({ status }) => status === 'booked')
      .map(({ id }) => id);
  const placesOf = () =>
    cast
      .members()
      .filter(({ billing }) => billing !== null)
      .map(({ id }) => id);
  const isOut = (/** @type {CastingStatus} */ status) => isClosed(config.statuses, status);

  /** What is booked, in the order that is shown. */
  function order() {
    const now = booked();
    if (!draft) return now;
    const known = draft.filter((id) => now.includes(id));
    return [...known, ...now.filter((id) => !known.includes(id))];
  }

  /** @param {number} id @param {number} to the index that it moves to */
  function move(id, to) {
    const rest = order().filter((each) => each !== id);
    const at = Math.min(Math.max(to, 0), rest.length);
    if (order()[at] === id) return;
    if (!draft) former = placesOf();
    draft = [...rest.slice(0, at), id, ...rest.slice(at)];
    changed();
    announce(texts.moved(cast.find(id)?.actor.name ?? '', at + 1, draft.length));
    settle();
  }

  function settle() {
    clearTimeout(settling);
    settling = setTimeout(save, SETTLED);
  }

  const wanted = () => newOrder(cast.members(), isOut, order());

  /** Saves what is not saved yet: done when there is nothing more to save. */
  function save() {
    clearTimeout(settling);
    return inTurn(saveDraft);
  }

  async function saveDraft() {
    if (!draft) return;
    let saved = draft;
    try {
      // The order has no version of its own, so it is compared.
      await cast.refresh();
      saved = draft;
      const ids = wanted();
      if (isInOrder(former, placesOf())) {
        await put(ids, texts.saved, former);
        return;
      }
      draft = null;
      changed();
      const now = placesOf();
      toast(texts.changed, { ...undo(context, () => inTurn(() => put(ids, texts.saved, now))), label: texts.useMine });
    } catch (error) {
      if (error instanceof Refusal && error.status === 401 && draft) kept.set(whose, { draft, former });
      if (draft === saved) draft = null;
      changed();
      toast(messageOf(error));
    }
  }

  /** @param {number[]} ids @param {string} text @param {number[]} [before] the order that undoes it */
  async function put(ids, text, before) {
    const saved = draft;
    await cast.bill(ids);
    if (draft === saved) draft = null;
    // Moved on meanwhile: that is a move of the order that was just saved.
    former = placesOf();
    changed();
    const back = (/** @type {number[]} */ order) => {
      draft = null;
      return inTurn(() => put(order, texts.undone));
    };
    toast(text, before && undo(context, () => back(before)));
  }

  // Whoever leaves at once after a move means it.
  signal.addEventListener('abort', save);
  const leave = () => {
    if (!draft) return;
    clearTimeout(settling);
    // Whoever is gone is told nothing.
    cast.bill(wanted(), true).catch(() => {});
    draft = null;
  };
  addEventListener('pagehide', leave, { signal });
  if (draft) settle();

  /** @param {CastMember} member */
  function controls({ id, actor: { name } }) {
    const all = order();
    const at = all.indexOf(id);
    const step = (
      /** @type {string} */ label,
      /** @type {string} */ sign,
      /** @type {number} */ by,
      /** @type {boolean} */ may,
    ) =>
      h(
        'button',
        {
          type: 'button',
          class: 'quiet step',
          'aria-label': label,
          'aria-disabled': !may && 'true',
          'data-focus': `${by < 0 ? 'up' : 'down'}-${id}`,
          onclick: () => move(id, order().indexOf(id) + by),
        },
        sign,
      );
    const handle = h(
      'button',
      {
        type: 'button',
        class: 'quiet step handle',
        'aria-label': texts.handle(name, at + 1, all.length),
        'data-focus': `handle-${id}`,
        onpointerdown: (/** @type {PointerEvent} */ event) => drag(event, id),
      },
      '⠿',
    );
    const up = step(texts.up(name), '↑', -1, at > 0);
    const down = step(texts.down(name), '↓', 1, at < all.length - 1);
    return h('span', { class: 'order' }, handle, up, down);
  }

  /** @param {KeyboardEvent} event in the row of the casting @param {number} id */
  function onKey(event, id) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || !event.altKey) return;
    event.preventDefault();
    move(id, order().indexOf(id) + by);
  }

  /** @param {PointerEvent} event on the handle @param {number} id */
  function drag(event, id) {
    const handle = /** @type {HTMLElement} */ (event.currentTarget);
    const row = handle.closest('tr');
    const body = row?.parentElement;
    if (!row || !body || event.button !== 0 || isDragging) return;
    clearTimeout(settling);
    isDragging = true;
    const over = new AbortController();
    const listening = { signal: over.signal };
    handle.setPointerCapture(event.pointerId);
    row.classList.add('dragged');
    handle.addEventListener(
      'pointermove',
      ({ clientY }) => {
        // The others move around it: a row that is taken out would lose the pointer.
        for (
          let other = row.previousElementSibling;
          other && clientY < middle(other);
          other = row.previousElementSibling
        )
          row.after(other);
        for (let other = row.nextElementSibling; other && clientY > middle(other); other = row.nextElementSibling)
          row.before(other);
      },
      listening,
    );
    const end = (/** @type {boolean} */ isKept) => () => {
      over.abort();
      isDragging = false;
      row.classList.remove('dragged');
      if (isKept) move(id, [...body.children].indexOf(row));
      // What came meanwhile, and what is not saved yet.
      changed();
      settle();
    };
    handle.addEventListener('pointerup', end(true), listening);
    handle.addEventListener('lostpointercapture', end(false), listening);
  }

  return { order, controls, onKey, save, isSaving: () => draft !== null, isDragging: () => isDragging };
}

/**
 * Whether those who are in both come in the same order: whoever came or went meanwhile moved nobody.
 *
 * @param {number[]} one
 * @param {number[]} other
 */
export function isInOrder(one, other) {
  const shared = one.filter((id) => other.includes(id));
  return shared.join() === other.filter((id) => one.includes(id)).join();
}

/** @param {Element} element where its middle is on the screen */
function middle(element) {
  const { top, height } = element.getBoundingClientRect();
  return top + height / 2;
}
