import { render } from 'preact';
import { ChatModel } from './chat-model';
import { restoreTheme } from './theme';
import { App } from './views/app';
import './styles/base.css';
import './styles/entry.css';
import './styles/layout.css';
import './styles/sidebar.css';
import './styles/timeline.css';

restoreTheme();
const model = new ChatModel();
const root = document.getElementById('app')!;
let planned = false;

/** However much changes within one task, the page is drawn once. */
model.onChange = () => {
  if (planned) return;
  planned = true;
  queueMicrotask(() => {
    planned = false;
    document.title = model.title;
    render(<App model={model} />, root);
  });
};

model.onChange();
model.resume();
