import tseslint from 'typescript-eslint';

/** What hides excess and unlike values from the compiler. */
const packing = [
  {
    selector: 'ObjectExpression > SpreadElement > ObjectExpression',
    message: 'Name the properties themselves: the compiler does not check those of a spread for excess.',
  },
  {
    selector: ':matches(ArrayExpression, CallExpression) > SpreadElement > ArrayExpression',
    message: 'Name the elements themselves.',
  },
  {
    selector: "VariableDeclarator[id.type='ArrayPattern'][init.type='ArrayExpression']",
    message: 'One declaration a value.',
  },
  {
    selector: "AssignmentExpression[left.type='ArrayPattern'][right.type='ArrayExpression']",
    message: 'One assignment a value.',
  },
];

const pure = ['kernel', 'domain', 'read-models'].map((library) => `libs/${library}/src/**/*.ts`);

export default tseslint.config(
  { ignores: ['dist', 'data', '.entente', 'node_modules'] },
  { files: ['**/*.mjs'], rules: { 'no-restricted-syntax': ['error', ...packing] } },
  {
    files: ['**/*.{ts,mts}'],
    extends: tseslint.configs.recommendedTypeChecked,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      // What is left out of a copy by its name is not used.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'no-restricted-syntax': ['error', ...packing],
    },
  },
  {
    files: pure,
    ignores: ['**/*.spec.ts', '**/*.int-spec.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process'],
      'no-restricted-syntax': [
        'error',
        ...packing,
        { selector: ':function[async=true]', message: 'Pure libraries do not wait.' },
        { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'Time is data here.' },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time is data here.' },
        { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'Chance is data here.' },
      ],
    },
  },
);
