import './over-http.js';
