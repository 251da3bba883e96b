import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

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
  radius: { md: '12px', lg: '18px', xl: '28px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
});

export const resolveVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f7f3ec',
    '--mantine-color-text': '#221f1c',
    '--mantine-color-dimmed': '#655e56',
    '--inn-surface': '#ffffff',
    '--inn-surface-2': '#efe9df',
    '--inn-line': '#e0d8cb',
    '--inn-tile': '#e6dfd3',
    '--inn-shadow': '0 12px 40px rgb(70 50 20 / 0.12)',
  },
  dark: {
    '--mantine-color-body': '#131211',
    '--mantine-color-dimmed': '#a39d94',
    '--inn-surface': '#1e1c1a',
    '--inn-surface-2': '#292623',
    '--inn-line': '#35312d',
    '--inn-tile': '#242120',
    '--inn-shadow': '0 16px 48px rgb(0 0 0 / 0.45)',
  },
});
