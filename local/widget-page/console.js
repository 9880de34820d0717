/*
 * Plays CloudWatch's console for one custom widget: shows what the function returned, without what the console takes
 * out; binds each cwdb-action to the element before it; asks for confirmation; sends what stands in the forms.
 */

const widget = document.querySelector('#widget');
const dialog = document.querySelector('dialog');
const state = { endpoint: document.body.dataset.endpoint, theme: document.body.dataset.theme };

/** Returns as a fragment what may be shown, and what was taken out. */
function sanitised(html) {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  const removed = [];
  for (const element of body.querySelectorAll('script,iframe,use,object,embed,link,meta,base')) {
    removed.push(element.localName);
    element.remove();
  }
  for (const element of body.querySelectorAll('*')) {
    for (const { name, value } of [...element.attributes]) {
      if (!/^on/i.test(name) && !/^\s*(javascript|data|vbscript):/i.test(value)) continue;
      removed.push(`${element.localName} ${name}`);
      element.removeAttribute(name);
    }
  }
  const fragment = document.createDocumentFragment();
  fragment.append(...body.childNodes);
  return { fragment, removed };
}

function formFields() {
  const fields = [...widget.querySelectorAll('input[name],select[name],textarea[name]')];
  return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
}

async function call(endpoint, params, place = widget) {
  const widgetContext = {
    dashboardName: 'local',
    widgetId: 'widget-1',
    theme: state.theme,
    forms: { all: formFields() },
    params: {},
    width: widget.clientWidth,
    height: widget.clientHeight,
  };
  widget.setAttribute('aria-busy', 'true');
  try {
    const body = JSON.stringify({ endpoint, event: { ...params, widgetContext } });
    const headers = { 'content-type': 'application/json' };
    const answer = await (await fetch('/invoke', { method: 'POST', headers, body })).json();
    show(answer.html ?? '', answer.error, place);
  } catch (error) {
    show('', `The local system did not answer: ${error}`, place);
  } finally {
    widget.removeAttribute('aria-busy');
  }
}

function show(html, error, place) {
  const { fragment, removed } = sanitised(html);
  place.replaceChildren(fragment);
  const note = document.querySelector('#note');
  note.textContent = error ?? (removed.length > 0 ? `the console takes out: ${removed.join(', ')}` : '');
  for (const action of place.querySelectorAll('cwdb-action')) bind(action);
}

function bind(action) {
  const { previousElementSibling: element } = action;
  const params = action.textContent;
  const inside = action.innerHTML;
  element?.addEventListener(action.getAttribute('event') ?? 'click', async () => {
    const question = action.getAttribute('confirmation');
    if (question && !(await isConfirmed(question))) return;
    const place = action.getAttribute('display') === 'popup' ? popup() : widget;
    if (action.getAttribute('action') === 'call')
      await call(action.getAttribute('endpoint'), JSON.parse(params), place);
    else show(inside, undefined, place);
  });
}

function isConfirmed(question) {
  dialog.querySelector('p').textContent = question;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'ok'), { once: true });
  });
}

function popup() {
  const place = document.createElement('dialog');
  place.addEventListener('close', () => place.remove());
  document.body.append(place);
  place.showModal();
  return place;
}

document.querySelector('#theme').addEventListener('click', () => {
  state.theme = state.theme === 'light' ? 'dark' : 'light';
  document.body.dataset.theme = state.theme;
  call(state.endpoint, {});
});
document.querySelector('#refresh').addEventListener('click', () => call(state.endpoint, {}));
call(state.endpoint, {});
