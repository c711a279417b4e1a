// @ts-check
// Files of rows: looked at first, told apart row by row, and then added all together.

import { isFinal, Refusal, repeatable } from '../api.js';
import { fill, h, newId } from '../dom.js';
import { size } from '../format.js';
import { strings } from '../strings.js';
import { openDialog } from './dialog.js';
import { messageOf } from './notice.js';

const texts = strings.imports;
/** How many rows with faults are shown. */
const SHOWN = 200;

/** @typedef {{ line?: number, column?: string, detail: string }} Fault */

/**
 * @typedef {object} Importing
 * @property {string} path of the API, such as `/actors`
 * @property {string} title
 * @property {{ name: string, detail: string }[]} columns that are expected
 * @property {string} example the first lines of a file
 * @property {(number: number) => string} count
 * @property {() => void} done is called when they are added, even when the dialog was left by then
 */

/**
 * Opens the dialog in which a file is chosen, looked at, and imported.
 *
 * @param {import('../shell.js').Context} context
 * @param {Importing} importing
 */
export function openImport(context, { path, title, columns, example, count, done }) {
  const send = repeatable(context.api);
  return openDialog(title, (close) => {
    const left = new AbortController();
    const outcome = h('div', { class: 'outcome' });
    let choice = new AbortController();
    const id = newId('file');
    const control = h('input', {
      type: 'file',
      id,
      accept: '.csv,text/csv',
      onchange: () => choose(control.files),
      // So that the same file, mended, can be chosen again.
      onclick: () => {
        control.value = '';
      },
    });
    const zone = h(
      'div',
      { class: 'drop', ondragover: hover, ondragleave: unhover, ondrop: drop },
      h('label', { for: id }, texts.choose),
      control,
      h('small', {}, texts.drop),
    );

    /** @param {DragEvent} event */
    function hover(event) {
      event.preventDefault();
      zone.classList.add('over');
    }
    function unhover() {
      zone.classList.remove('over');
    }
    /** @param {DragEvent} event */
    function drop(event) {
      event.preventDefault();
      unhover();
      if (control.disabled || !event.dataTransfer) return;
      control.files = event.dataTransfer.files;
      choose(control.files);
    }

    /** @param {FileList | null | undefined} files */
    async function choose(files) {
      const file = files?.[0];
      if (!file) return;
      // Only the last file that was chosen counts.
      choice.abort();
      choice = new AbortController();
      const signal = AbortSignal.any([choice.signal, left.signal, context.signal]);
      busy(texts.checking(file.name, size(file.size)));
      try {
        // As it is now: a file that is saved again meanwhile could not be read any more.
        const rows = new Blob([await file.arrayBuffer()], { type: 'text/csv' });
        const told = /** @type {Import} */ (await send(`${path}/import?dry_run=true`, { file: rows, signal }));
        if (!signal.aborted) offer(file.name, rows, told.rows);
      } catch (error) {
        if (!signal.aborted) refuse(file.name, error);
      }
    }

    /** @param {string} text */
    function busy(text) {
      const bar = newId('progress');
      fill(outcome, h('label', { for: bar, role: 'status' }, text), h('progress', { id: bar }));
    }

    /** @param {string} name @param {Blob} rows @param {number} number */
    function offer(name, rows, number) {
      if (number === 0) {
        fill(outcome, h('p', { class: 'error', role: 'alert' }, texts.none(name)));
        return;
      }
      const label = texts.import(number);
      const go = h('button', { type: 'button', class: 'primary', onclick: () => run(name, rows, number) }, label);
      fill(outcome, h('p', { role: 'status' }, texts.ready(name, count(number))), h('p', { class: 'actions' }, go));
      go.focus();
    }

    /** @param {string} name @param {Blob} rows @param {number} number */
    async function run(name, rows, number) {
      busy(texts.importing(count(number)));
      control.disabled = true;
      try {
        const told = /** @type {Import} */ (await send(`${path}/import`, { file: rows }));
        close(told.imported);
        context.toast(texts.done(count(told.imported)));
        done();
      } catch (error) {
        control.disabled = false;
        // Whether it was done is not known: under the same key it is not done twice.
        const isOpen = !isFinal(error);
        if (isOpen) offer(name, rows, number);
        refuse(name, error, isOpen);
        if (left.signal.aborted) context.toast(messageOf(error));
      }
    }

    /** @param {string} name @param {unknown} error @param {boolean} [beside] what is there already */
    function refuse(name, error, beside = false) {
      const faults = faultsOf(error);
      const alert = h('p', { class: 'error', role: 'alert' });
      const kept = beside ? [...outcome.childNodes] : [];
      if (faults.length === 0) {
        fill(outcome, alert, kept);
        fill(alert, messageOf(error));
        return;
      }
      const wrong = error instanceof Refusal ? (error.problem.invalid_rows ?? faults.length) : faults.length;
      fill(outcome, alert, faultTable(name, faults.slice(0, SHOWN)));
      fill(
        alert,
        texts.wrong(name, wrong),
        wrong > new Set(faults.map(({ line }) => line)).size ? ` ${texts.first}` : '',
      );
    }

    const element = h(
      'div',
      { class: 'import' },
      h('p', {}, texts.expected),
      h(
        'dl',
        { class: 'facts' },
        columns.map(({ name, detail }) => h('div', {}, h('dt', {}, h('code', {}, name)), h('dd', {}, detail))),
      ),
      h('details', {}, h('summary', {}, texts.example), h('pre', { tabindex: '0' }, example)),
      zone,
      outcome,
    );
    // The dialog is there once this is in it.
    queueMicrotask(() => element.closest('dialog')?.addEventListener('close', () => left.abort()));
    return element;
  });
}

/** @param {unknown} error @returns {Fault[]} */
function faultsOf(error) {
  if (!(error instanceof Refusal)) return [];
  return /** @type {Fault[]} */ (error.problem.errors ?? []).filter(({ line }) => line !== undefined);
}

/** @param {string} name @param {Fault[]} faults */
function faultTable(name, faults) {
  const heading = (/** @type {string} */ text) => h('th', { scope: 'col' }, text);
  const row = (/** @type {Fault} */ { line, column, detail }) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, line?.toLocaleString('en')),
      h('td', {}, column ? h('code', {}, column) : texts.row),
      h('td', {}, detail),
    );
  return h(
    'div',
    { class: 'scroll faults', tabindex: '0', role: 'region', 'aria-label': texts.faults },
    h(
      'table',
      {},
      h('caption', { class: 'unseen' }, texts.faultsOf(name)),
      h('thead', {}, h('tr', {}, heading(texts.line), heading(texts.column), heading(texts.reason))),
      h('tbody', {}, faults.map(row)),
    ),
  );
}
