import { MantineProvider } from '@mantine/core';
import { Notifications, notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import { ActionsContext, type AppActions } from '../state/actions.js';
import { useApp } from '../state/appStore.js';
import { onNotice } from '../state/notices.js';
import { CallPage } from './call/CallPage.js';
import { JoinPage } from './join/JoinPage.js';
import { LeftPage } from './left/LeftPage.js';
import { OVERLAYS_ID, resolveVariables, theme } from './theme.js';

export function AppRoot({ actions }: { readonly actions: AppActions }) {
  useEffect(
    () =>
      onNotice(({ text, error }) => {
        notifications.show({
          message: text,
          color: error ? 'red' : 'saffron',
          closeButtonProps: { 'aria-label': 'Close the notification' },
          autoClose: error ? 10_000 : 4000,
        });
      }),
    [],
  );
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={resolveVariables}
      defaultColorScheme="auto"
    >
      <section id={OVERLAYS_ID} aria-label="Hints, dialogs and notifications" />
      <Notifications position="top-center" limit={3} />
      <ActionsContext value={actions}>
        <View />
      </ActionsContext>
    </MantineProvider>
  );
}

function View() {
  const view = useApp((state) => state.view);
  switch (view) {
    case 'join':
      return <JoinPage />;
    case 'call':
      return <CallPage />;
    case 'left':
      return <LeftPage />;
  }
}
