// The player's controls: keys, volume, mute, copy buttons.
//
// In: the page's elements, presses. Out: calls to toggle(), the element's volume, addresses on the clipboard.
// Never: takes a key from a control that has the focus, or from a shortcut of the browser (Ctrl, Alt, Meta).
// Spec: WCAG 2.1.4, single-letter keys can be switched off.

const STEP = 5; // volume, percent

function remembered(key, fallback) {
  try {
    return localStorage.getItem(key) ?? fallback;
  } catch {
    return fallback; // storage may be forbidden
  }
}

function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Then it is not remembered.
  }
}

/** Volume and mute; returns what the keys need. */
export function volumeControls(root, audio) {
  const slider = root.querySelector('#volume');
  const mute = root.querySelector('#mute');
  const show = () => {
    const percent = Math.round(audio.volume * 100);
    slider.value = String(percent);
    slider.style.setProperty('--level', `${percent}%`);
    slider.setAttribute('aria-valuetext', `${percent} percent${audio.muted ? ', muted' : ''}`);
    mute.setAttribute('aria-pressed', String(audio.muted));
    root.toggleAttribute('data-muted', audio.muted || percent === 0);
  };
  const set = (percent) => {
    audio.volume = Math.min(100, Math.max(0, percent)) / 100;
    audio.muted = false;
    remember('longwave.volume', String(Math.round(audio.volume * 100)));
  };
  slider.addEventListener('input', () => set(Number(slider.value)));
  mute.addEventListener('click', () => (audio.muted = !audio.muted));
  audio.addEventListener('volumechange', show);

  audio.volume = 0.5;
  // Where only the device's own keys set the volume (iOS), a slider would do nothing.
  if (audio.volume !== 0.5) root.querySelector('#loudness').hidden = true;
  audio.volume = Math.min(100, Math.max(0, Number(remembered('longwave.volume', '100')) || 0)) / 100;
  show();
  return {
    louder: () => set(Math.round(audio.volume * 100) + STEP),
    quieter: () => set(Math.round(audio.volume * 100) - STEP),
    mute: () => mute.click(),
  };
}

/** Keys that work anywhere on the page. */
export function keys(root, actions) {
  const enabled = root.querySelector('#shortcuts');
  enabled.checked = remembered('longwave.keys', 'on') === 'on';
  enabled.addEventListener('change', () => remember('longwave.keys', enabled.checked ? 'on' : 'off'));
  const table = {
    ' ': actions.toggle,
    enter: actions.toggle,
    k: actions.toggle,
    m: actions.mute,
    arrowup: actions.louder,
    arrowdown: actions.quieter,
  };
  document.addEventListener('keydown', (event) => {
    if (!enabled.checked || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    const key = event.key.toLowerCase();
    const on = event.target instanceof Element ? event.target.closest('button, a, input, summary, audio') : null;
    // A control that has the focus keeps the keys that work it.
    if (on && (key === ' ' || key === 'enter')) return;
    if (on?.matches('input[type="range"]') && key.startsWith('arrow')) return;
    const action = table[key];
    if (!action) return;
    event.preventDefault();
    if (!event.repeat || key.startsWith('arrow')) action();
  });
}

/** Each copy button copies the whole address of the link beside it. */
export function copyButtons(root) {
  const said = root.querySelector('#copied');
  for (const button of root.querySelectorAll('.copy')) {
    const link = button.parentElement.querySelector('a');
    button.addEventListener('click', async () => {
      const done = await copy(link.href, button);
      button.textContent = done ? 'Copied' : 'Not copied';
      said.textContent = done ? `Copied ${link.href}` : `Not copied. The address is ${link.href}`;
      setTimeout(() => {
        button.textContent = 'Copy';
        said.textContent = '';
      }, 2500);
    });
  }
}

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard API on plain http; the older way needs a selected field.
    const field = document.createElement('textarea');
    field.value = text;
    field.className = 'unseen';
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    button.focus();
    return done;
  }
}
