import { render } from 'preact';
import { restoreTheme } from '../theme';
import { Api } from './api';
import { Console } from './console';
import '../styles/base.css';
import '../styles/entry.css';
import '../styles/console.css';
import '../styles/console-parts.css';

restoreTheme();
render(<Console api={new Api()} />, document.getElementById('app')!);
