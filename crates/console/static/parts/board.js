// @ts-check
// The cast board: a section for each status, with the castings that have it, and what may be done with them.

import { fill, h, newId } from '../dom.js';
import { address } from '../router.js';
import { counted, strings } from '../strings.js';
import { createBilling } from './billing.js';
import { menuButton } from './menu.js';
import { createMoves } from './moves.js';
import { badge, commonMoves, countByStatus } from './status.js';

const texts = strings.board;
/** From how many castings on the sections do not fit on a screen, and are reached from above. */
const MANY = 12;

/**
 * @param {import('../shell.js').Context} context
 * @param {import('./cast.js').Cast} cast
 * @param {ReturnType<import('./notice.js').createNotices>} notices
 */
export function createBoard(context, cast, notices) {
  const {
    session,
    config: { statuses },
  } = context;
  const mayChange = session.may('patch:movies');
  const overview = h('nav', { class: 'overview', 'aria-label': texts.statuses });
  const sections = h('div', { class: 'statuses' });
  const selection = h('section', { class: 'selection', 'aria-label': texts.selection, hidden: true });
  // It is there before its text is, so that this is read out.
  const count = h('p', { class: 'unseen', role: 'status' });
  const element = h('div', { class: 'board' }, overview, sections, selection, count);
  const billing = createBilling(context, cast, (focus) => render(focus ? [focus] : []));
  const moves = createMoves(context, cast, notices, render, billing.save);
  /** @type {Set<number>} */
  let selected = new Set();

  /**
   * Shows the cast as it is now. The focus stays where it is, if that is still there, unless it is to go elsewhere.
   *
   * @param {string[]} [wanted] where it is to go, the first of them that is there
   */
  function render(wanted = []) {
    if (billing.isDragging()) return;
    notices.review();
    const focused = document.activeElement instanceof HTMLElement && element.contains(document.activeElement);
    const kept = focused ? document.activeElement?.getAttribute('data-focus') : null;
    const all = cast.members();
    selected = new Set([...selected].filter((id) => cast.find(id)));
    const counts = countByStatus(statuses, all);
    fill(overview, all.length >= MANY && counts.map(([status, number]) => jump(status, number)));
    fill(sections, all.length > 0 ? counts.map(([status]) => section(status)) : empty());
    showSelection();
    for (const key of kept ? [...wanted, kept] : wanted) {
      const target = /** @type {HTMLElement | null} */ (sections.querySelector(`[data-focus="${key}"]`));
      if (!target) continue;
      target.focus();
      target.scrollIntoView({ block: 'nearest' });
      break;
    }
  }

  const empty = () => h('p', { class: 'state' }, mayChange ? texts.empty : `${texts.empty} ${texts.emptyAssistant}`);

  /** @param {CastingStatus} status @param {number} number */
  function jump(status, number) {
    const go = () => {
      const heading = /** @type {HTMLElement | null} */ (sections.querySelector(`[data-focus="status-${status}"]`));
      heading?.focus();
      heading?.scrollIntoView({ block: 'start' });
    };
    return h('button', { type: 'button', class: 'quiet', disabled: number === 0, onclick: go }, badge(status, number));
  }

  /** @param {CastingStatus} status */
  function section(status) {
    const members = membersOf(status);
    const id = newId('status');
    const name = strings.statuses[status];
    const heading = h(
      'h2',
      {
        id,
        tabindex: '-1',
        'data-focus': `status-${status}`,
        'aria-label': `${name}: ${counted(members.length, 'casting')}`,
      },
      badge(status),
      ` ${members.length}`,
    );
    const props = { class: 'status', 'data-status': status, 'aria-labelledby': id };
    if (members.length === 0)
      return h('section', { ...props, class: 'status bare' }, heading, h('p', {}, texts.nobody));
    const canOrder = mayChange && status === 'booked' && members.length > 1;
    return h(
      'section',
      props,
      heading,
      canOrder && h('p', { class: 'hint' }, strings.billing.hint),
      tableOf(status, members),
    );
  }

  /** @param {CastingStatus} status */
  function membersOf(status) {
    const members = cast.members().filter((member) => member.status === status);
    if (status !== 'booked') return members;
    const order = billing.order();
    return members.toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  }

  /** @param {CastingStatus} status @param {CastMember[]} members */
  function tableOf(status, members) {
    const { columns } = texts;
    const heading = (/** @type {string} */ text, /** @type {string} */ kind) =>
      h('th', { scope: 'col', class: kind }, text);
    const all = () => members.every(({ id }) => selected.has(id));
    const selectAll = h('input', {
      type: 'checkbox',
      'aria-label': texts.selectAll(strings.statuses[status]),
      'data-all': status,
      'data-focus': `all-${status}`,
      onchange: () => {
        const isWanted = !all();
        for (const { id } of members) selected[isWanted ? 'add' : 'delete'](id);
        render();
      },
    });
    selectAll.checked = all();
    return h(
      'table',
      { class: 'list cast' },
      h('caption', { class: 'unseen' }, strings.statuses[status]),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          mayChange &&
            h(
              'th',
              { scope: 'col', class: 'select' },
              selectAll,
              h('span', { class: 'narrow', 'aria-hidden': 'true' }, texts.all),
            ),
          heading(columns.actor, 'actor'),
          heading(columns.character, 'as'),
          heading(columns.billing, 'place'),
          heading(columns.reason, 'why'),
          mayChange && heading(columns.actions, 'do'),
        ),
      ),
      h(
        'tbody',
        {},
        members.map((member, index) => row(member, index, members)),
      ),
    );
  }

  /** @param {CastMember} member @param {number} index @param {CastMember[]} members of its section */
  function row(member, index, members) {
    const { id, actor, character, reason, status } = member;
    const { columns } = texts;
    const canOrder = mayChange && status === 'booked' && members.length > 1;
    const place = status === 'booked' && billing.isSaving() ? index + 1 : member.billing;
    const cell = (
      /** @type {string} */ label,
      /** @type {string} */ kind,
      /** @type {import('../dom.js').Children[]} */ ...inside
    ) => h('td', { 'data-label': label, class: kind }, inside.flat());
    return h(
      'tr',
      {
        tabindex: '-1',
        'data-focus': `row-${id}`,
        ...(canOrder && { onkeydown: (/** @type {KeyboardEvent} */ event) => billing.onKey(event, id) }),
      },
      mayChange && h('td', { class: 'select' }, checkbox(member)),
      h(
        'th',
        { scope: 'row', class: 'actor' },
        h('a', { href: address(`actors/${actor.id}`) }, h('bdi', {}, actor.name)),
      ),
      cell(columns.character, 'as', h('bdi', {}, character ?? strings.none)),
      cell(columns.billing, 'place', h('span', {}, place ?? strings.none), canOrder && billing.controls(member)),
      cell(columns.reason, reason ? 'why' : 'why none', h('bdi', {}, reason ?? strings.none)),
      mayChange && h('td', { class: 'do' }, actions(member, index, members)),
    );
  }

  /** @param {CastMember} member */
  function checkbox({ id, actor }) {
    const box = h('input', {
      type: 'checkbox',
      'aria-label': texts.select(actor.name),
      'data-focus': `select-${id}`,
      onchange: () => {
        selected[box.checked ? 'add' : 'delete'](id);
        showSelection();
      },
    });
    box.checked = selected.has(id);
    return box;
  }

  /** @param {CastMember} member @param {number} index @param {CastMember[]} members */
  function actions(member, index, members) {
    const { id, actor, status } = member;
    // The work goes on at the next one of the section; at its heading, when it was the last.
    const next = members[index + 1] ?? members[index - 1];
    const following = (/** @type {string} */ what) => [
      next ? `${what}-${next.id}` : `status-${status}`,
      `status-${status}`,
    ];
    const button = (/** @type {string} */ label, /** @type {string} */ key, /** @type {() => void} */ onclick) =>
      h(
        'button',
        {
          type: 'button',
          class: 'quiet',
          'aria-label': `${label} ${actor.name}`,
          'data-focus': `${key}-${id}`,
          onclick,
        },
        label,
      );
    const items = () =>
      commonMoves(statuses, [member]).map((to) => ({
        label: strings.statuses[to],
        run: () => moves.move([member], to, following('move')),
      }));
    return h(
      'div',
      { class: 'acts' },
      menuButton({ label: texts.move, name: texts.moveMenu(actor.name), items, props: { 'data-focus': `move-${id}` } }),
      button(strings.edit, 'edit', () => moves.edit(member, [`edit-${id}`])),
      status !== 'booked' && button(texts.remove, 'remove', () => moves.remove(member, following('remove'))),
    );
  }

  function showSelection() {
    for (const box of sections.querySelectorAll('input[data-all]')) {
      const members = membersOf(/** @type {CastingStatus} */ (box.getAttribute('data-all')));
      /** @type {HTMLInputElement} */ (box).checked = members.every(({ id }) => selected.has(id));
    }
    const members = cast.members().filter(({ id }) => selected.has(id));
    selection.hidden = members.length === 0;
    const told = members.length > 0 ? texts.selected(members.length) : '';
    if (count.textContent !== told) count.textContent = told;
    if (members.length === 0) {
      fill(selection);
      return;
    }
    const targets = commonMoves(statuses, members);
    const items = () => targets.map((to) => ({ label: strings.statuses[to], run: () => moveSelected(members, to) }));
    const clear = () => {
      selected.clear();
      render([`select-${members[0]?.id}`]);
    };
    fill(
      selection,
      h('p', {}, told),
      targets.length > 0
        ? menuButton({ label: texts.move, name: texts.moveSelected, items })
        : h('p', {}, texts.noCommonMove),
      h('button', { type: 'button', class: 'quiet', onclick: clear }, texts.clear),
    );
  }

  /** @param {CastMember[]} members @param {CastingStatus} to */
  async function moveSelected(members, to) {
    const failed = await moves.move(members, to, [`status-${to}`]);
    if (!failed) return;
    // Those that did not move stay selected, to be tried again.
    selected = new Set(failed);
    render([`status-${to}`]);
  }

  render();
  return { element, render, added: moves.added };
}
