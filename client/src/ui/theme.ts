import {
  createTheme,
  Portal,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from '@mantine/core';

/** Element of `AppRoot` that holds hints, dialogs and notifications. */
export const OVERLAYS_ID = 'overlays';

/** Saffron: the one accent. */
const saffron: MantineColorsTuple = [
  '#fff8e6',
  '#ffefc9',
  '#ffdf94',
  '#ffcd5a',
  '#fdbb2d',
  '#f3a712',
  '#d08405',
  '#8f5702',
  '#6f4304',
  '#4c2e05',
];

/** Warm ink, from text on dark to the darkest ground. */
const dark: MantineColorsTuple = [
  '#ece8e1',
  '#cfcac1',
  '#aaa49b',
  '#8a847c',
  '#57524d',
  '#403c39',
  '#2d2a28',
  '#1c1a19',
  '#151413',
  '#0d0c0c',
];

export const theme = createTheme({
  fontFamily: "'Figtree Variable', ui-sans-serif, system-ui, sans-serif",
  headings: {
    fontFamily: "'Figtree Variable', ui-sans-serif, system-ui, sans-serif",
    fontWeight: '650',
  },
  colors: { saffron, dark },
  primaryColor: 'saffron',
  primaryShade: 5,
  autoContrast: true,
  luminanceThreshold: 0.3,
  defaultRadius: 'md',
  radius: { md: '0.75rem', lg: '1.125rem', xl: '1.75rem' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // Whatever floats over the page stands in a landmark, too.
    Portal: Portal.extend({ defaultProps: { target: `#${OVERLAYS_ID}` } }),
  },
});

export const resolveVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f7f3ec',
    '--mantine-color-text': '#221f1c',
    '--mantine-color-dimmed': '#655e56',
    '--mantine-color-placeholder': '#756d64',
    '--mantine-color-default-border': '#d6ccbd',
    '--mantine-color-default-hover': '#f3ede3',
    '--mantine-color-disabled': '#e9e2d6',
    '--mantine-color-disabled-color': '#857c72',
    '--mantine-color-disabled-border': '#ddd4c6',
    '--mantine-color-error': '#b3321d',
    '--inn-good': '#1d7a48',
    '--inn-fair': '#8f5702',
    '--inn-bad': '#b3321d',
    '--inn-surface': '#ffffff',
    '--inn-surface-2': '#efe9df',
    '--inn-line': '#e0d8cb',
    '--inn-tile': '#e6dfd3',
    '--inn-shadow': '0 12px 40px rgb(70 50 20 / 0.12)',
  },
  dark: {
    '--mantine-color-body': '#131211',
    '--mantine-color-dimmed': '#a39d94',
    '--mantine-color-placeholder': '#a39d94',
    '--mantine-color-error': '#ff8a70',
    '--inn-good': '#7fd6a2',
    '--inn-fair': '#ffcd5a',
    '--inn-bad': '#ff9d88',
    '--inn-surface': '#1e1c1a',
    '--inn-surface-2': '#292623',
    '--inn-line': '#35312d',
    '--inn-tile': '#242120',
    '--inn-shadow': '0 16px 48px rgb(0 0 0 / 0.45)',
  },
});
