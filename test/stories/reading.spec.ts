import './reading.js';
