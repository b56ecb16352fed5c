export { addressIn, leaveAddress, removeAddress } from './address.js';
export { createStandaloneApp } from './deployment.js';
export { loadExampleData } from './example.js';
export { pseudonymKey } from './pseudonym-key.module.js';
