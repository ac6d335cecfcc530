# The program is one file; build it first: npm ci && npm run build
FROM node:22-slim
COPY dist/leafwatch.mjs /leafwatch.mjs
USER 65534:65534
# At rest V8 would collect the whole heap again and again, for a few megabytes: that cost more than watching 300 clusters.
ENTRYPOINT ["node", "--no-memory-reducer", "/leafwatch.mjs"]
CMD ["run"]
