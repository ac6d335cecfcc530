import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const fromTheClock = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Take the clock as an argument; only src/clock.ts reads it.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Take the clock as an argument; only src/clock.ts reads it.',
  },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Take randomness as an argument; only src/clock.ts makes it.',
  },
];

// What a right signature would be exists as an argument of timingSafeEqual, and nowhere else: so it is compared by nothing else.
const inConstantTime = [
  {
    selector:
      "CallExpression[callee.property.name='digest']:not(CallExpression[callee.name='timingSafeEqual'] > CallExpression)",
    message:
      'A digest is an argument of timingSafeEqual, at once: anything else tells by its time how much of it is right.',
  },
  {
    selector:
      "Identifier[name='createHmac']:not(CallExpression[callee.name='timingSafeEqual'] Identifier, ImportSpecifier > Identifier)",
    message:
      'An HMAC is made within the arguments of timingSafeEqual: anything else tells by its time how much of it is right.',
  },
  {
    selector:
      'ImportSpecifier[imported.name=/^(createHmac|timingSafeEqual)$/]:not([local.name=/^(createHmac|timingSafeEqual)$/])',
    message: 'createHmac and timingSafeEqual keep their names: what is held to them goes by these.',
  },
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/', '.dependency-cruiser.cjs'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-console': 'error',
      complexity: ['error', { max: 12, variant: 'modified' }],
      'max-depth': ['error', 3],
    },
  },
  {
    // One place reads the clock and randomness, so that everything else can be run in virtual time.
    files: ['src/**/*.ts'],
    ignores: ['src/clock.ts', 'src/sandbox/**', 'src/cli/**'],
    rules: {
      'no-restricted-syntax': ['error', ...fromTheClock],
    },
  },
  {
    // Signatures are made and compared in one file.
    files: ['src/**/*.ts'],
    ignores: ['src/http/signature.ts', 'src/sandbox/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        ...['node:crypto', 'crypto'].map((name) => ({
          name,
          importNames: ['createHmac', 'timingSafeEqual', 'Hmac', 'webcrypto', 'subtle', 'default'],
          message: 'Only src/http/signature.ts makes and compares signatures.',
        })),
      ],
    },
  },
  {
    files: ['src/http/signature.ts'],
    rules: { 'no-restricted-syntax': ['error', ...fromTheClock, ...inConstantTime] },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/no-unused-expressions': 'off' },
  },
  {
    files: ['scripts/**', 'bench/**', 'src/cli/**', 'src/sandbox/demo/**'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
    rules: { 'no-console': 'off' },
  },
);
