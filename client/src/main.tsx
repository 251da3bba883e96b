import '@fontsource-variable/figtree';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './ui/global.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { InnCallApp } from './app.js';
import { parseUrlOptions } from './settings.js';
import { installTestHook } from './testHook.js';
import { AppRoot } from './ui/AppRoot.js';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root.');

const app = new InnCallApp(parseUrlOptions(window.location.search));
installTestHook(app);
createRoot(root).render(
  <StrictMode>
    <AppRoot actions={app} />
  </StrictMode>,
);
