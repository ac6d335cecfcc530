# The program is one file; build it first: npm ci && npm run build
FROM node:22-slim
COPY dist/leafwatch.mjs /leafwatch.mjs
USER 65534:65534
ENTRYPOINT ["node", "/leafwatch.mjs"]
CMD ["run"]
