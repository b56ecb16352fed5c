import './openapi.js';
